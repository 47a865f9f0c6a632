// Agents propose and persons approve, from outside: the official client, the real program at a real terminal, the real
// ssh-keygen, a real Alertmanager and Prometheus, and machines that are simulated but really run what they are sent.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { connect, countergate, direct, eventually, failure, generations, launcher, main, ok, root, run, success } from './gate.mjs';

const { ALERTMANAGER_URL: alertmanager, CHECKOUT_URL: checkout, AWS_ENDPOINT_URL_SSM: simulator, STATE: state, WORK: work } = process.env;
const PASSPHRASE = 'a passphrase of her own';
const NAMESPACE = 'approval-v1@countergate.dev';
const ALERT = { alertname: 'CheckoutFailing', service: 'checkout' };
const config = join(work, 'tools.yaml');
const place = ['--state', state];

const CATALOGUE = `include: [${JSON.stringify(join(root, 'tools.yaml'))}]
tools:
  - name: alert
    description: One alert of one service.
    params: [{name: alertname, pattern: "[A-Za-z]{1,60}", required: true}, {name: service, pattern: "[a-z]{1,60}", required: true}]
    alertmanager: {backend: alerts, alerts: {matchers: ['alertname="{alertname}"', 'service="{service}"']}}
  - name: silence
    description: Proposes to silence one alert.
    params:
      - {name: alertname, pattern: "[A-Za-z]{1,60}", required: true}
      - {name: service, pattern: "[a-z]{1,60}", required: true}
      - {name: duration, format: duration, required: true, maximum: 4h}
    alertmanager: {backend: alerts, silence: {matchers: ['alertname="{alertname}"', 'service="{service}"'], duration: "{duration}", comment: known}}
  - name: restart
    description: Proposes to restart a service.
    params: [{name: service, pattern: "[a-z]{1,60}", required: true}]
    ssm: {backend: fleet_changes, targets: {"tag:service": "{service}"}, commands: ["systemctl restart {service}"], max_concurrency: 1, max_errors: 0, run_limit: 60s}
  - name: job
    description: Proposes work that takes its time.
    params: [{name: service, pattern: "[a-z]{1,60}", required: true}]
    ssm: {backend: fleet_changes, targets: {"tag:service": "{service}"}, commands: [sleep 5, echo done >>done], max_concurrency: 1, max_errors: 0, run_limit: 60s}
guards:
  job: {risk: low, reversible: true}
  silence:
    risk: moderate
    reversible: true
    require: [{tool: alert, args: {alertname: "{alertname}", service: "{service}"}, expect: "size(result.alerts) > 0", reason: only what fires}]
    verify:
      tool: alert
      args: {alertname: "{alertname}", service: "{service}"}
      expect: size(result.alerts) > 0 && result.alerts.all(a, a.state == "suppressed")
      within: 1m
      every: 1s
    undo: {tool: expire_silence, args: {id: "{result.silenceID}"}}
  restart:
    risk: high
    reversible: false
    accepts_loss: requests under way
    require: [{tool: error_ratio, args: {service: "{service}", window: 15s}, expect: value > 0.01, reason: only what is failing}]
    verify: {tool: error_ratio, args: {service: "{service}", window: 15s}, expect: value < 0.01, within: 2m, every: 1s}
`;

/** The program at a terminal, typing what is to be typed when it is asked for; its exit code and what was shown. */
const typed = (args, ...turns) =>
    run('python3', [join(root, 'e2e/clients/terminal.py'), ...turns.flatMap(([see, type]) => ['--see', see, '--type', type]), '--', launcher, ...args, ...place]);
const done = ({ code, out, err }) => {
    assert.equal(code, 0, `exit code ${code}: ${out}${err}`);
    return out;
};
const sha256 = (text) => createHash('sha256').update(text).digest('hex');
const silences = async () => (await direct(alertmanager, '/api/v2/silences')).filter(({ status }) => status.state !== 'expired');
const suppressed = async () => (await direct(alertmanager, '/api/v2/alerts', [['filter', 'alertname="CheckoutFailing"']])).map(({ status }) => status.state);
const pending = async () => JSON.parse(done(await countergate(['pending', '--json', ...place])));

/** Calls a write tool, as an agent would, and holds against the backend that nothing was sent. */
async function propose(client, name, args) {
    const { structuredContent: answer, isError } = await client.callTool({ name, arguments: { ...args, _reason: 'the alert is known' } });
    assert.ok(!isError, JSON.stringify(answer));
    assert.equal(answer.status, 'approval_required', JSON.stringify(answer));
    const [waiting] = (await pending()).filter(({ proposal }) => proposal === answer.proposal);
    assert.deepEqual([waiting.state, waiting.code, waiting.tool], ['PENDING', answer.code, name]);
    return answer;
}

const status = async (client, proposal, wait = 0) =>
    (await client.callTool({ name: 'proposal_status', arguments: { proposal, wait_seconds: wait } })).structuredContent;
const settled = (client, proposal, wanted) =>
    eventually(async () => {
        const told = await status(client, proposal);
        assert.equal(told.state, wanted, JSON.stringify(told));
        return told;
    }, { within: 60_000 });

/** A statement for a key that is elsewhere, signed there by ssh-keygen. */
async function signed(proposal, person, key, options = []) {
    const statement = done(await countergate(['statement', proposal, '--approver', person, ...options, ...place]));
    const file = join(work, `statement-${proposal}`);
    await writeFile(file, statement);
    await run('rm', ['-f', `${file}.sig`]);
    done(await run('ssh-keygen', ['-q', '-Y', 'sign', '-n', NAMESPACE, '-f', key, file]));
    return { statement, file, signature: `${file}.sig` };
}
const submit = (proposal, { file, signature }) => countergate(['submit', proposal, '--statement', file, '--signature', signature, ...place]);

await main(async () => {
    await writeFile(config, CATALOGUE);
    const client = await connect(generations[0], { config, state });
    const elsewhere = join(work, 'elsewhere');
    done(await run('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', 'ben', '-f', elsewhere]));

    done(await typed(['approver', 'add', 'ana', '--new'], ['nter passphrase', PASSPHRASE], ['same passphrase', PASSPHRASE]));
    const key = join(process.env.XDG_CONFIG_HOME, 'countergate', 'keys', 'ana');
    assert.notEqual((await run('ssh-keygen', ['-y', '-P', '', '-f', key])).code, 0, 'her key has no passphrase');
    const again = await countergate(['approver', 'add', 'ben', `${elsewhere}.pub`, ...place]);
    assert.equal(again.code, 2, `a second key without a signature: ${again.out}${again.err}`);
    done(await typed(['approver', 'add', 'ben', `${elsewhere}.pub`, '--approver', 'ana'], ['y signs it', 'y'], ['passphrase', PASSPHRASE]));
    assert.equal(JSON.parse(done(await countergate(['approver', 'list', '--json', ...place]))).length, 2);
    ok('ana has a new key with a passphrase enrolled; that of ben counts only once she signed for it');

    const silence = await propose(client, 'silence', { ...ALERT, duration: '1h' });
    assert.deepEqual(await silences(), []);
    assert.deepEqual(await suppressed(), ['active']);
    let began = Date.now();
    const unattended = await countergate(['approve', silence.proposal, ...place]);
    assert.equal(unattended.code, 2, `approved without a terminal: ${unattended.out}`);
    const asAgent = await run(launcher, ['approve', silence.proposal, ...place], { env: { CLAUDECODE: '1' } });
    assert.equal(asAgent.code, 2, `approved in an agent's environment: ${asAgent.out}`);
    assert.equal((await status(client, silence.proposal)).state, 'PENDING');
    ok('the alert fires and a silence of it is proposed; approve refuses without a terminal and where an agent runs');

    began = Date.now();
    assert.equal((await pending()).length, 1);
    const shown = done(await typed(['approve', silence.code], ['to approve, type', 'staging'], ['passphrase', PASSPHRASE]));
    const seconds = (Date.now() - began) / 1000;
    assert.ok(shown.includes('VERIFIED') && shown.includes('CheckoutFailing') && shown.includes(silence.code), shown);
    const [made, ...more] = await silences();
    assert.deepEqual(more, []);
    assert.deepEqual(made.matchers.map(({ name, value, isEqual, isRegex }) => [name, value, isEqual, isRegex]), [['alertname', 'CheckoutFailing', true, false], ['service', 'checkout', true, false]]);
    assert.deepEqual(await suppressed(), ['suppressed']);
    const verified = await status(client, silence.proposal);
    assert.equal(verified.state, 'VERIFIED', JSON.stringify(verified));
    assert.deepEqual(verified.undo, { tool: 'expire_silence', arguments: { id: made.id } });
    ok(`approved at a terminal by its code, the environment's name and a passphrase: one silence, the alert is suppressed, VERIFIED ${seconds.toFixed(1)} s after pending`);

    const undo = await propose(client, verified.undo.tool, verified.undo.arguments);
    const token = await signed(undo.proposal, 'ben', elsewhere);
    const said = JSON.parse(token.statement);
    const view = done(await countergate(['show', undo.proposal, ...place]));
    assert.deepEqual([said.view, said.proposal, said.decision], [sha256(view), undo.proposal, 'approve'], token.statement);
    const core = done(await countergate(['show', undo.proposal, '--core', ...place]));
    assert.equal(said.digest, sha256(`countergate/proposal/v1\0${core}`));
    assert.equal(undo.code, said.digest.slice(0, 8));
    ok("the SHA-256 of what show writes is the statement's view, and that of the core its digest");

    await writeFile(`${token.file}.other`, token.statement.replace('"decision":"approve"', '"decision":"reject"'));
    const altered = await submit(undo.proposal, { ...token, file: `${token.file}.other` });
    assert.equal(altered.code, 2, `an altered statement: ${altered.out}${altered.err}`);
    const stranger = join(work, 'stranger');
    done(await run('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', stranger]));
    const strangers = await signed(undo.proposal, 'ben', stranger);
    const strange = await submit(undo.proposal, strangers);
    assert.equal(strange.code, 2, `a stranger's signature: ${strange.out}${strange.err}`);
    assert.equal((await silences()).length, 1);
    const mine = await signed(undo.proposal, 'ben', elsewhere);
    done(await submit(undo.proposal, mine));
    await settled(client, undo.proposal, 'UNVERIFIED');
    assert.deepEqual(await silences(), []);
    await eventually(async () => assert.deepEqual(await suppressed(), ['active']));
    const replayed = await submit(undo.proposal, mine);
    assert.equal(replayed.code, 2, `a replay: ${replayed.out}`);
    ok(`undone by a second proposal and a key that is elsewhere; altered, a stranger's and replayed statements are refused (${replayed.err.match(/[A-Z]+_[A-Z_]+/)?.[0]})`);

    const unwanted = await propose(client, 'silence', { ...ALERT, duration: '2h' });
    done(await typed(['reject', unwanted.proposal, '--approver', 'ana', '--key', key], ['rejects it', 'r'], ['passphrase', PASSPHRASE]));
    const rejected = await status(client, unwanted.proposal);
    assert.equal(rejected.state, 'REJECTED', JSON.stringify(rejected));
    assert.deepEqual(await silences(), []);
    failure(await client.callTool({ name: 'silence', arguments: { ...ALERT, duration: '2h' } }), 'TOO_SOON');
    ok('rejected: no silence, and the same change cannot be proposed again at once');

    const accepted = async () => (await direct(simulator, '/_simulator/accepted')).commands;
    const ratio = async () => Number(success(await client.callTool({ name: 'error_ratio', arguments: { service: 'checkout', window: '15s' } })).series[0].samples.at(-1).at(-1));
    assert.deepEqual(await direct(checkout, '/state'), { healthy: false });
    const sick = await ratio();
    const restart = await propose(client, 'restart', { service: 'checkout' });
    assert.deepEqual(await accepted(), []);
    began = Date.now();
    const healed = done(await typed(['approve', restart.proposal, '--approver', 'ana', '--key', key], ['number of targets', 'staging 1'], ['passphrase', PASSPHRASE]));
    assert.ok(healed.includes('VERIFIED'), healed);
    assert.deepEqual((await accepted()).map(({ request }) => request.Parameters.commands), [["systemctl restart 'checkout'"]]);
    assert.deepEqual(await direct(checkout, '/state'), { healthy: true });
    const well = await ratio();
    assert.ok(sick > 0.01 && well < 0.01, `${sick} before, ${well} after`);
    ok(`restarted through Systems Manager once: VERIFIED ${((Date.now() - began) / 1000).toFixed(0)} s after pending, as Prometheus' error ratio fell from ${sick.toFixed(3)} to ${well.toFixed(3)}`);

    const log = join(work, 'log.jsonl');
    const exported = async () => {
        await run('rm', ['-f', log]);
        done(await countergate(['audit', 'export', log, ...place]));
        return readFile(log, 'utf8');
    };
    const earlier = (await accepted()).length;
    const job = await propose(client, 'job', { service: 'checkout' });
    done(await submit(job.proposal, await signed(job.proposal, 'ben', elsewhere)));
    await eventually(async () => assert.match(await exported(), new RegExp(`"kind":"accepted".*"${job.proposal}"`)));
    const [{ pid }] = JSON.parse(done(await countergate(['status', '--json', ...place])));
    process.kill(pid, 'SIGKILL');
    await settled(client, job.proposal, 'UNVERIFIED');
    assert.equal((await accepted()).length, earlier + 1);
    assert.equal(await readFile(join(work, 'machine', 'done'), 'utf8'), 'done\n');
    ok('the daemon is killed while a machine works: another waits on for the same command, which ran once');

    const text = await exported();
    const verify = () => countergate(['audit', 'verify', log, '--key', join(state, 'log.pub'), '--json']);
    const good = JSON.parse(done(await verify()));
    assert.equal(good.verdict, 'good', JSON.stringify(good));
    const lines = text.split('\n');
    const leaf = lines.findIndex((line) => line.includes('"kind":"approved"'));
    const { index } = JSON.parse(lines[leaf]);
    lines[leaf] = lines[leaf].replace('"approver":"ana"', '"approver":"ann"');
    await writeFile(log, lines.join('\n'));
    const bad = await verify();
    assert.equal(bad.code, 1, bad.out);
    const found = JSON.parse(bad.out);
    assert.ok(found.first <= index && index <= found.last, `${bad.out} and not ${index}`);
    assert.equal(found.first, index, bad.out);
    ok(`the exported log of ${good.leaves} leaves is good; one byte of it changed is found in leaf ${index}`);
    await client.close();
});
