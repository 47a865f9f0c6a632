// What the scripts share: clients that are not ours, connected through `./countergate stdio`, and a few words to check with.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { dirname, join } from 'node:path';

export const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
export const launcher = join(root, 'countergate');
const installed = createRequire(join(process.env.CLIENTS, 'package.json'));
const modern = installed('@modelcontextprotocol/client');
const first = installed('@modelcontextprotocol/sdk/client/index.js');
const GENERATIONS = {
    'TypeScript client 2': [modern.Client, installed('@modelcontextprotocol/client/stdio').StdioClientTransport],
    'TypeScript client 1': [first.Client, installed('@modelcontextprotocol/sdk/client/stdio.js').StdioClientTransport],
};
export const generations = Object.keys(GENERATIONS);

/** Connects one of the official clients to a relay, as an MCP client's configuration would: a command and its arguments. */
export async function connect(generation, { config, state, env = {}, options = {} }) {
    const [Client, Transport] = GENERATIONS[generation];
    const transport = new Transport({
        command: launcher,
        args: ['stdio', '--config', config, '--state', state],
        env: { ...process.env, ...env },
        stderr: 'pipe',
    });
    const said = [];
    transport.stderr?.on('data', (data) => said.push(String(data)));
    const client = new Client({ name: 'end-to-end', version: '1' }, options);
    try {
        await client.connect(transport);
    } catch (error) {
        throw new Error(`${generation} cannot connect: ${error.message}: ${said.join('')}`, { cause: error });
    }
    client.pid = () => transport.pid;
    client.said = () => said.join('');
    return client;
}

/** The text and the typed error of a result, which must be one. */
export function failure(result, code) {
    assert.equal(result.isError, true, `an error was expected: ${JSON.stringify(result)}`);
    assert.equal(result.structuredContent, undefined, 'an error carries no structuredContent');
    const error = result._meta?.['dev.countergate/error'];
    assert.equal(error?.code, code, JSON.stringify(result));
    assert.ok(result.content[0].text.startsWith(`${code}: `), result.content[0].text);
    return error;
}

/** The structured content of a result that must be no error; the client has held it against the tool's output schema. */
export function success(result) {
    assert.ok(!result.isError, JSON.stringify(result));
    assert.ok(result.structuredContent, `no structuredContent: ${JSON.stringify(result)}`);
    assert.equal(result.structuredContent.untrusted, true);
    return result.structuredContent;
}

/** JSON of a plain HTTP call this script makes itself. */
export async function direct(base, path, parameters = [], init = {}) {
    const url = new URL(path, base);
    for (const [name, value] of parameters) url.searchParams.append(name, value);
    const response = await fetch(url, { ...init, signal: AbortSignal.timeout(10_000) });
    const text = await response.text();
    assert.ok(response.ok, `${url} answered ${response.status}: ${text}`);
    return text === '' ? undefined : JSON.parse(text);
}

/** Runs a program and collects what it prints, whatever it exits with. */
export function run(command, args, { env = {}, ...options } = {}) {
    return new Promise((resolve) => {
        const child = execFile(command, args, { env: { ...process.env, ...env }, maxBuffer: 1 << 26, ...options }, (error, out, err) =>
            resolve({ code: error ? (error.code ?? error.signal) : 0, out, err }),
        );
        child.stdin.end();
    });
}

export const countergate = (args, options) => run(launcher, args, options);

/**
 * Tries until it holds: for a state that is reached within a bound, or for two looks at something that moves on its own
 * (a scrape may land between ours and the server's). The last failure is the one told.
 */
export async function eventually(attempt, { within = 20_000, every = 100 } = {}) {
    const until = Date.now() + within;
    for (;;) {
        try {
            return await attempt();
        } catch (error) {
            if (Date.now() > until) throw error;
            await new Promise((resolve) => setTimeout(resolve, every));
        }
    }
}

/** Rows without an order. */
export const unordered = (rows) => rows.map((row) => JSON.stringify(row, sorted)).sort();
const sorted = (_, value) =>
    value && typeof value === 'object' && !Array.isArray(value)
        ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
        : value;

export const sameRows = (found, wanted, message) => assert.deepEqual(unordered(found), unordered(wanted), message);

let shown = 0;
export function ok(text) {
    shown += 1;
    console.log(`ok: ${text}`);
}

/** Runs the script's body, tells what failed without a wall of text, and exits. */
export async function main(body) {
    try {
        await body();
        assert.ok(shown > 0, 'nothing was shown');
        process.exit(0);
    } catch (error) {
        console.log(`FAILED: ${error.message}`);
        console.log(error.stack?.split('\n').filter((line) => line.includes('/e2e/')).join('\n') ?? '');
        process.exit(1);
    }
}
