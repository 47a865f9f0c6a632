// The Systems Manager tools of tools.yaml, against the simulator: what it accepted and ran is asked of the simulator itself.
import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { connect, direct, failure, generations, main, ok, root, run, success } from './gate.mjs';

const { AWS_ENDPOINT_URL_SSM: simulator, STATE: state, WORK: work } = process.env;
const ONE = 'i-0123456789abcdef0';
const ALONE = 'i-0123456789abcdef1';
const accepted = async () => (await direct(simulator, '/_simulator/accepted')).commands;
const set = (what, body) => direct(simulator, `/_simulator/${what}`, [], { method: 'POST', body: JSON.stringify(body) });

/** Calls, and returns the result with the commands that Systems Manager accepted for it. */
async function called(client, name, args) {
    const before = await accepted();
    const result = await client.callTool({ name, arguments: args });
    return [result, (await accepted()).slice(before.length)];
}

/** A catalogue of one's own beside the starting one: a script whose work can be seen in the machine's folder. */
async function catalogue() {
    const file = join(work, 'tools.yaml');
    await writeFile(
        file,
        `include: [${JSON.stringify(join(root, 'tools.yaml'))}]
tools:
  - name: marker
    description: What the machine's marker says.
    effect: read
    params: [{name: instance, required: true}, {name: text, required: true, pattern: "[ -~]{1,80}"}]
    ssm: {backend: fleet, instances: ["{instance}"], commands: ["cat marker", "printf '%s\\n' {text}", "pwd; echo to-stderr >&2; exit 3"], run_limit: 60s}
`,
    );
    return file;
}

await main(async () => {
    const config = await catalogue();
    for (const generation of generations) {
        console.log(`-- ${generation}`);
        const client = await connect(generation, { config, state });
        await client.listTools();

        const listed = success((await called(client, 'instances', {}))[0]);
        assert.deepEqual(listed.instances.map(({ instance, ping }) => [instance, ping]).sort(), [[ONE, 'Online'], [ALONE, 'ConnectionLost']]);
        ok('instances: the two machines, one of which does not answer');

        const [disks, sent] = await called(client, 'disk_usage', { instance: ONE });
        const [invocation] = success(disks).invocations;
        assert.equal(sent.length, 1, 'exactly one command is accepted for a call');
        assert.deepEqual(sent[0].request.Parameters.commands, ['df -h', 'du -xh --max-depth=1 /var 2>/dev/null | sort -h | tail']);
        assert.deepEqual([sent[0].request.DocumentName, sent[0].request.InstanceIds], ['AWS-RunShellScript', [ONE]]);
        const { out } = await run('df', ['-h']);
        assert.ok(invocation.output.startsWith(out.split('\n')[0].split(/\s+/)[0]), invocation.output);
        assert.deepEqual([invocation.status, invocation.exitCode], ['Success', 0]);
        assert.match(invocation.output, /\/var\n?$/m);
        ok('disk_usage: one command accepted, its two lines were run by sh');

        const [earlier, none] = await called(client, 'command_outcome', { command: sent[0].commandId, instance: ONE });
        assert.equal(none.length, 0);
        assert.deepEqual(success(earlier).invocations.map((each) => each.output), [invocation.output]);
        failure(await client.callTool({ name: 'command_outcome', arguments: { command: '00000000-0000-4000-8000-000000000000', instance: ONE } }), 'NOT_FOUND');
        ok('command_outcome: the same output again, nothing sent; an unknown command is told as such');

        const [status, statusSent] = await called(client, 'service_status', { instance: ONE, service: 'checkout' });
        success(status);
        assert.deepEqual(statusSent.map((each) => each.request.Parameters.commands), [["systemctl status --no-pager --lines=20 'checkout'"]]);

        const text = `$(touch stolen); 'touch stolen' "; touch stolen #`;
        const [marked, markedSent] = await called(client, 'marker', { instance: ONE, text });
        const [script] = success(marked).invocations;
        assert.equal(script.output, `the marker\n${text}\n${join(work, 'sandbox')}\n`);
        assert.deepEqual([script.status, script.exitCode, script.errorOutput.split('\n')[0]], ['Failed', 3, 'to-stderr']);
        assert.equal(markedSent.length, 1);
        await assert.rejects(readFile(join(work, 'sandbox', 'stolen')), { code: 'ENOENT' });
        ok("a script's output, errors and exit code come back; a hostile argument stays one word");

        for (const [fault, wanted] of [['BROKEN_AFTER_ACCEPTING', 1], ['DROPPED_AFTER_ACCEPTING', 1], ['THROTTLED', 0]]) {
            await set('faults', { action: 'SendCommand', fault });
            const [result, sentOnce] = await called(client, 'disk_usage', { instance: ONE });
            assert.equal(sentOnce.length, wanted, `${fault}: ${JSON.stringify(sentOnce)}`);
            if (fault === 'THROTTLED') failure(result, 'BACKEND_RATE_LIMITED');
        }
        ok('a send that breaks, is cut off or is throttled is not repeated');

        const [restart, restartSent] = await called(client, 'restart_service', { service: 'checkout', environment: 'staging' });
        failure(restart, 'PRECONDITION_FAILED');
        assert.deepEqual(restartSent, []);
        const [refused, refusedSent] = await called(client, 'disk_usage', { instance: `${ONE}; reboot` });
        failure(refused, 'INVALID_ARGUMENT');
        assert.deepEqual(refusedSent, []);
        ok('restart_service, whose precondition cannot be read, and a bad argument are refused: nothing was sent for either');
        await client.close();
    }
});
