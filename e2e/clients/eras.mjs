// One server, two eras of the protocol: the official client speaks each, and must be told the same.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { connect, countergate, eventually, generations, main, ok } from './gate.mjs';

const { WORK: work, STATE: state } = process.env;
const config = join(work, 'tools.yaml');
const books = join(work, 'books');
const [official] = generations;

/** What a result says beside the members that 2026-07-28 adds; progress of time is no difference. */
function bare(result) {
    const { resultType, ttlMs, cacheScope, _meta, ...rest } = result;
    const { 'io.modelcontextprotocol/serverInfo': _, ...meta } = _meta ?? {};
    return Object.keys(meta).length > 0 ? { ...rest, _meta: meta } : rest;
}

const failureOf = (promise) =>
    promise.then(
        (result) => assert.fail(`an error was expected: ${JSON.stringify(result)}`),
        ({ code, message }) => ({ code, message }),
    );

/** Another origin: a new read where something is changed would wait for a person. */
const elsewhere = (base) => base.replace('127.0.0.1', 'localhost');

const catalogue = (base, more = '') => `runbooks: books
tools:
  - {name: page, description: A page., url: "${base}/page"}
  - {name: slow_page, description: A page that takes its time., url: "${base}/slow"}
  - {name: broken_page, description: No page., url: "${base}/broken"}
  - name: find
    description: Finds a word.
    params: [{name: word, pattern: "[a-z]+", required: true}]
    url: "${base}/find?word={word}"
  - name: switch_off
    description: Switches something off.
    method: POST
    params: [{name: what, pattern: "[a-z]+", required: true}]
    url: "${elsewhere(base)}/off/{what}"
  - {name: never, description: Not for agents., effect: forbidden, url: "${elsewhere(base)}/never"}
${more}`;

/** Every tool, each called rightly, and wrongly where it takes something. */
const CALLS = [
    ['page', {}],
    ['broken_page', {}],
    ['find', { word: 'needle' }],
    ['find', { word: 'UPPER', more: 1 }],
    ['find', {}],
    ['switch_off', { what: 'lights', _reason: 'it is late' }],
    ['switch_off', { what: '../x' }],
    ['never', {}],
    ['result_page', { handle: 'none', page: 1 }],
    ['proposal_status', { proposal: 'p-00000000000000000000000000' }],
    ['proposal_list', {}],
    ['proposal_withdraw', { proposal: 'p-00000000000000000000000000' }],
];

await main(async () => {
    const backend = createServer((request, response) => {
        if (request.url === '/slow') return;
        response.statusCode = request.url === '/broken' ? 500 : 200;
        response.end(`{"page":${JSON.stringify(request.url)}}`);
    }).listen(0, '127.0.0.1');
    await once(backend, 'listening');
    const base = `http://127.0.0.1:${backend.address().port}`;
    await mkdir(books);
    await writeFile(join(books, 'web.md'), '# The web is down\n\nLook at `page`.\n');
    await writeFile(config, catalogue(base));

    const changes = { old: 0, young: 0 };
    const listening = (name) => ({ listChanged: { tools: { onChanged: () => { changes[name] += 1; } } } });
    const old = await connect(official, { config, state, options: { versionNegotiation: { mode: 'legacy' }, ...listening('old') } });
    const young = await connect(official, { config, state, options: { versionNegotiation: { mode: 'auto' }, ...listening('young') } });
    assert.equal(old.getNegotiatedProtocolVersion(), '2025-11-25');
    assert.equal(young.getNegotiatedProtocolVersion(), '2026-07-28');
    assert.equal(young.getInstructions(), old.getInstructions());
    assert.deepEqual(young.getServerCapabilities(), old.getServerCapabilities());
    assert.deepEqual(young.getServerVersion(), old.getServerVersion());
    ok('the official client settles on 2026-07-28 by itself, on 2025-11-25 when told so, and both are told the same of the server');

    const both = async (ask) => {
        const [before, after] = [await ask(old), await ask(young)];
        assert.deepEqual(bare(after), bare(before));
        return after;
    };
    const { tools } = await both((client) => client.listTools());
    assert.deepEqual(tools.filter(({ name }) => name !== 'slow_page' && !CALLS.some(([called]) => called === name)), [], 'tools that nothing here calls');
    assert.ok(!tools.some(({ name }) => name === 'never'));
    // A proposal is new once, and the same for everybody after.
    await old.callTool({ name: 'switch_off', arguments: { what: 'lights', _reason: 'it is late' } });
    for (const [name, args] of CALLS) await both((client) => client.callTool({ name, arguments: args }));
    for (const name of ['no_such', 'a b']) await both((client) => failureOf(client.callTool({ name, arguments: {} })));
    ok(`${tools.length} tools in ${CALLS.length} calls answer both eras alike`);

    const { prompts } = await both((client) => client.listPrompts());
    for (const { name, arguments: takes } of prompts) {
        const filled = Object.fromEntries(takes.map((each) => [each.name, `the ${each.name}\nof this`]));
        const { messages } = await both((client) => client.getPrompt({ name, arguments: filled }));
        assert.match(messages[0].content.text, /`page`/);
        assert.match(messages[0].content.text, /^> of this$/m);
    }
    await both((client) => failureOf(client.getPrompt({ name: 'investigate_alert', arguments: {} })));
    const { resources } = await both((client) => client.listResources());
    assert.deepEqual(resources.map(({ uri, title }) => [uri, title]), [['runbook:///web.md', 'The web is down']]);
    const { contents } = await both((client) => client.readResource({ uri: 'runbook:///web.md' }));
    assert.match(contents[0].text, /Look at/);
    await both((client) => client.listResourceTemplates());
    for (const client of [old, young]) await failureOf(client.readResource({ uri: 'runbook:///../tools.yaml' }));
    await writeFile(join(books, 'db.md'), '# The database is down\n');
    for (const client of [old, young]) {
        await eventually(async () => assert.match((await client.readResource({ uri: 'runbook:///db.md' })).contents[0].text, /database/));
    }
    const log = join(work, 'log.jsonl');
    await eventually(async () => {
        const { code, err } = await countergate(['audit', 'export', log, '--state', state]);
        assert.equal(code, 0, err);
        const leaves = (await readFile(log, 'utf8')).split('\n').filter(Boolean).map((line) => JSON.parse(line));
        const [leaf] = leaves.filter(({ kind, resource }) => kind === 'read' && resource === 'runbook:///db.md');
        assert.match(leaf?.principal ?? '', /^unix:/);
    });
    ok(`${prompts.length} prompts and the runbooks likewise; a new runbook is there without a restart, and who read it is in the log`);

    await writeFile(config, catalogue(base, `  - {name: another_page, description: Another page., url: "${base}/page"}\n`));
    await eventually(() => assert.deepEqual(changes, { old: 1, young: 1 }));
    for (const client of [old, young]) {
        const { content } = await client.callTool({ name: 'another_page', arguments: {} });
        assert.match(content[0].text, /page/);
    }
    ok('both are told that there is another tool, and call it');

    const { pid } = JSON.parse((await countergate(['status', '--state', state, '--json'])).out)[0];
    const running = [old, young].map((client) => failureOf(client.callTool({ name: 'slow_page', arguments: {} })));
    await eventually(async () => {
        const [{ running_calls: calls }] = JSON.parse((await countergate(['status', '--state', state, '--json'])).out);
        assert.equal(calls, 2);
    });
    process.kill(pid, 'SIGKILL');
    for (const { message } of await Promise.all(running)) assert.match(message, /daemon went away/);
    for (const client of [old, young]) {
        const { content } = await client.callTool({ name: 'page', arguments: {} });
        assert.match(content[0].text, /page/);
    }
    ok('the daemon is killed: what was running ends in an error, and both clients go on with the next one');

    // Only one that speaks no older revision is told to name another.
    const pinned = connect(official, { config, state, options: { versionNegotiation: { mode: { pin: '2099-01-01' } } } });
    await assert.rejects(pinned, /2026-07-28|version/i);
    ok('a client that insists on a revision of the future is refused');
    await old.close();
    await young.close();
});
