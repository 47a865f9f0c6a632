// The life of relays and their daemon, seen from clients that are not ours and from the operating system.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { connect, countergate, eventually, generations, launcher, main, ok } from './gate.mjs';

const { WORK: work, STATE: state } = process.env;
const config = join(work, 'tools.yaml');
const [modern] = generations;
const tool = (name, url) => `  - {name: ${name}, description: A page., url: "${url}"}\n`;
const alive = (pid) => {
    try {
        process.kill(pid, 0);
        return true;
    } catch {
        return false;
    }
};
const status = async () => {
    const { out } = await countergate(['status', '--state', state, '--json']);
    return JSON.parse(out)[0];
};
const ended = (pid) => eventually(async () => assert.ok(!alive(pid), `process ${pid} still runs`));
const textOf = async (client, name) => (await client.callTool({ name, arguments: {} })).content[0].text;

await main(async () => {
    // A backend that answers at once, or keeps a caller waiting until it is let go.
    const waiting = [];
    const backend = createServer((request, response) => {
        if (request.url === '/slow') waiting.push(() => response.end('{"page":"slow"}'));
        else response.end(JSON.stringify({ page: request.url }));
    }).listen(0, '127.0.0.1');
    await once(backend, 'listening');
    const base = `http://127.0.0.1:${backend.address().port}`;
    const good = `tools:\n${tool('first_page', `${base}/first`)}${tool('slow_page', `${base}/slow`)}`;
    await writeFile(config, good);

    const relays = await Promise.all(Array.from({ length: 10 }, () => connect(modern, { config, state })));
    for (const relay of relays) assert.match(await textOf(relay, 'first_page'), /first/);
    const first = await status();
    assert.equal(first.connections.length, 10, JSON.stringify(first));
    assert.equal(relays.filter((relay) => relay.said().includes('starting one')).length >= 1, true);
    ok(`ten relays started at once are served by one daemon, process ${first.pid}`);

    const [client, ...others] = relays;
    for (const other of others) await other.close();
    process.kill(first.pid, 'SIGKILL');
    await ended(first.pid);
    await eventually(async () => assert.match(await textOf(client, 'first_page'), /first/));
    const second = await status();
    assert.notEqual(second.pid, first.pid);
    ok('the daemon is killed under its relay: the same client session goes on with another');

    let told = 0;
    client.setNotificationHandler('notifications/tools/list_changed', () => {
        told += 1;
    });
    await writeFile(config, good + tool('second_page', `${base}/second`));
    await eventually(async () => assert.ok(told > 0, 'no tools/list_changed'));
    assert.ok((await client.listTools()).tools.some(({ name }) => name === 'second_page'));
    assert.match(await textOf(client, 'second_page'), /second/);
    ok('a tool added to the file is announced, listed and served');

    await writeFile(config, `${good}  - {name: broken, descripton: x}\n  - {name: first_page, description: again, url: "${base}"}\n`);
    await eventually(async () => assert.ok((await status()).catalogue_in_use.reload_faults?.length >= 2, 'status shows no faults'));
    assert.match(await textOf(client, 'second_page'), /second/);
    ok('a faulty change keeps the catalogue being served, and status shows the faults');

    const faulty = join(work, 'faulty.yaml');
    await writeFile(faulty, 'tools:\n  - {name: "not a name", description: x, url: "http://127.0.0.1/"}\n  - {name: b, descripton: x}\n');
    const refused = await countergate(['serve', '--config', faulty, '--state', join(work, 'faulty')]);
    assert.equal(refused.code, 3, refused.err);
    assert.equal(refused.out, '');
    const faults = refused.err.split('\n').filter((line) => line.includes('faulty.yaml:'));
    for (const line of [2, 3]) assert.ok(faults.some((fault) => fault.includes(`faulty.yaml:${line}:`)), refused.err);
    ok(`serve refuses a faulty catalogue with exit code 3 and ${faults.length} faults, each with its position`);

    await client.close();
    const { pid } = await status();
    await countergate(['stop', '--state', state]);
    await ended(pid);
    await writeFile(config, good);
    const daemon = spawn(launcher, ['serve', '--config', config, '--state', state], { stdio: ['ignore', 'ignore', 'pipe'] });
    let log = '';
    daemon.stderr.on('data', (data) => (log += data));
    const gone = once(daemon, 'exit');
    await eventually(async () => assert.match(log, /message=ready/));
    const last = await connect(modern, { config, state });
    const answer = textOf(last, 'slow_page');
    await eventually(async () => assert.equal(waiting.length, 1, 'the slow call has not reached its backend'));
    daemon.kill('SIGTERM');
    await eventually(async () => assert.match(log, /message=ending/));
    waiting.forEach((letGo) => letGo());
    assert.match(await answer, /slow/);
    await gone;
    ok('SIGTERM with a call in flight: the call is answered, then the daemon ends');
    await last.close();
    backend.close();
});
