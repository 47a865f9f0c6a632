// Both generations of the official client over Streamable HTTP and SSE; a slow-loris beside the operators; the end.
import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import net from 'node:net';
import { join } from 'node:path';
import { eventually, failure, main, ok } from './gate.mjs';

const { ADDRESS: address, TOKEN: token, STATE: state, DAEMON: daemon, CLIENTS: clients } = process.env;
const [host, port] = address.split(':');
const installed = createRequire(join(clients, 'package.json'));
const modern = installed('@modelcontextprotocol/client');
const first = {
    ...installed('@modelcontextprotocol/sdk/client/index.js'),
    ...installed('@modelcontextprotocol/sdk/client/streamableHttp.js'),
    ...installed('@modelcontextprotocol/sdk/client/sse.js'),
};
const WAYS = [
    ['client 2 over HTTP', modern, 'StreamableHTTPClientTransport', '/mcp', {}],
    ['client 2 over HTTP, newest revision first', modern, 'StreamableHTTPClientTransport', '/mcp', { versionNegotiation: { mode: 'auto' } }],
    ['client 2 over SSE', modern, 'SSEClientTransport', '/sse', {}],
    ['client 1 over HTTP', first, 'StreamableHTTPClientTransport', '/mcp', {}],
    ['client 1 over SSE', first, 'SSEClientTransport', '/sse', {}],
];

async function connect([, from, transport, path, options], bearer = token) {
    const client = new from.Client({ name: 'end-to-end', version: '1' }, options);
    await client.connect(new from[transport](new URL(path, `http://${address}`), { requestInit: { headers: { authorization: `Bearer ${bearer}` } } }));
    return client;
}

const text = (result) => JSON.parse(result.content[0].text);
const item = (client, id, ms = 0) => client.callTool({ name: 'item', arguments: { id, ms } });

async function works(way) {
    const client = await connect(way);
    const { tools } = await client.listTools();
    assert.deepEqual(tools.filter(({ name }) => name.endsWith('item')).map(({ name }) => name), ['item', 'put_item']);
    assert.equal(text(await item(client, 'seven')).item, 'seven');
    const many = await Promise.all(Array.from({ length: 40 }, (_, each) => item(client, `n${each}`, 20)));
    assert.deepEqual(many.map((each) => text(each).item), Array.from({ length: 40 }, (_, each) => `n${each}`));
    const proposed = await client.callTool({ name: 'put_item', arguments: { id: 'x' } });
    assert.equal(proposed.structuredContent.status, 'approval_required');
    failure(await client.callTool({ name: 'item', arguments: {} }), 'INVALID_ARGUMENT');
    await assert.rejects(client.callTool({ name: 'approve', arguments: {} }), /unknown tool/);
    await client.close();
    await assert.rejects(connect(way, 'cgt_0'), `${way[0]} is let in without a token`);
    ok(`the official ${way[0]}: lists, calls, 40 calls at once, proposes, and is not let in with another token`);
}

/** One request on the operators' socket, and how long its answer took in milliseconds. */
function pending() {
    const asked = performance.now();
    return new Promise((resolve, reject) => {
        const plane = net.connect(join(state, 'operator.sock'), () => plane.write('{"version":1,"op":"pending"}\n'));
        let said = '';
        plane.on('error', reject).on('data', (more) => {
            said += more;
            if (!said.endsWith('\n')) return;
            plane.destroy();
            resolve({ took: performance.now() - asked, proposals: JSON.parse(said).proposals });
        });
    });
}

async function slowLoris() {
    const sockets = [];
    for (let each = 0; each < 2000; each++) {
        sockets.push(await new Promise((resolve, reject) => {
            const socket = net.connect(Number(port), host, () => resolve(socket));
            socket.on('error', reject);
        }));
    }
    let open = sockets.length;
    for (const socket of sockets) {
        socket.removeAllListeners('error');
        socket.on('error', () => {}).on('close', () => (open -= 1)).resume();
        socket.write(`POST /mcp HTTP/1.1\r\nHost: ${address}\r\nX-A: `);
    }
    const dripping = setInterval(() => sockets.forEach((socket) => socket.writable && socket.write('a')), 1000);
    const client = await connect(WAYS[0]);
    const took = [];
    const began = performance.now();
    let reads = 0;
    while (performance.now() - began < 3000) {
        const found = await pending();
        assert.ok(found.proposals.length > 0);
        took.push(found.took);
        assert.equal(text(await item(client, 'seven')).item, 'seven');
        reads += 1;
    }
    took.sort((a, b) => a - b);
    const p99 = took[Math.floor(took.length * 0.99)];
    assert.ok(p99 < 200, `pending took ${p99} ms`);
    ok(`beside 2,000 connections that drip: ${reads} reads answered, pending p50 ${took[took.length >> 1].toFixed(1)} ms, p99 ${p99.toFixed(1)} ms`);
    await eventually(() => assert.equal(open, 0), { within: 40_000 });
    clearInterval(dripping);
    ok('all 2,000 were closed');
    await client.close();
}

async function end() {
    const client = await connect(WAYS[3]);
    const late = item(client, 'late', 1500);
    await eventually(async () => assert.equal((await operatorStatus()).running_calls, 1));
    process.kill(Number(daemon), 'SIGTERM');
    assert.equal(text(await late).item, 'late');
    ok('the call in flight at SIGTERM is answered');
}

function operatorStatus() {
    return new Promise((resolve, reject) => {
        const plane = net.connect(join(state, 'operator.sock'), () => plane.write('{"version":1,"op":"status"}\n'));
        let said = '';
        plane.on('error', reject).on('data', (more) => {
            said += more;
            if (said.endsWith('\n')) {
                plane.destroy();
                resolve(JSON.parse(said).status);
            }
        });
    });
}

await main(async () => {
    for (const way of WAYS) await works(way);
    await slowLoris();
    await end();
});
