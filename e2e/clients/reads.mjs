// Every read tool of tools.yaml that has a backend here, against what the backend itself answers to this script's own call.
import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { connect, direct, eventually, failure, generations, main, ok, root, run, sameRows, launcher, success } from './gate.mjs';

const { PROMETHEUS_URL: prometheus, ALERTMANAGER_URL: alertmanager, STATE: state } = process.env;
const config = join(root, 'tools.yaml');
const ask = async (path, parameters) => (await direct(prometheus, path, parameters)).data;
const alerts = (parameters) => direct(alertmanager, '/api/v2/alerts', parameters);
const seconds = (time) => String(Date.parse(time) / 1000);
const time = (epoch) => new Date(Math.round(epoch * 1000)).toISOString();
const instant = (at) => new Date(at).toISOString();
const series = (rows) => rows.map((row) => ({ labels: row.metric, samples: (row.values ?? [row.value]).map(([at, value]) => [time(at), value]) }));
const picked = (row, ...names) => Object.fromEntries(names.map((name) => [name, row[name]]));

/** An instant query: the backend is asked for the very moment of the answer. */
const sameVector = (promql, least = 1) => async (found) => {
    assert.equal(found.resultType, 'vector');
    assert.ok(found.series.length >= least, `${found.series.length} series`);
    const wanted = await ask('/api/v1/query', [['query', promql], ['time', seconds(found.series[0].samples[0][0])]]);
    sameRows(found.series, series(wanted.result));
    assert.equal(found.count, wanted.result.length);
};

const sameRange = (promql, step) => async (found) => {
    assert.equal(found.resultType, 'matrix');
    const times = found.series.flatMap((row) => row.samples.map(([at]) => Date.parse(at)));
    assert.ok(times.length > 10, `${times.length} samples`);
    const wanted = await ask('/api/v1/query_range', [
        ['query', promql], ['start', String(Math.min(...times) / 1000)], ['end', String(Math.max(...times) / 1000)], ['step', step],
    ]);
    sameRows(found.series, series(wanted.result));
};

const sameAlerts = (parameters) => async (found) => {
    const wanted = await alerts(parameters);
    assert.ok(wanted.length > 0, 'the Alertmanager has no such alert');
    const ours = (row) => ({ ...picked(row, 'labels', 'annotations', 'state', 'fingerprint', 'receivers', 'silencedBy', 'inhibitedBy'), startsAt: instant(row.startsAt) });
    sameRows(found.alerts.map(ours), wanted.map((row) => ours({ ...row, ...row.status, receivers: row.receivers.map(({ name }) => name) })));
};

const ratio = (service, window) =>
    `sum(rate(http_requests_total{service="${service}", status=~"5.."}[${window}])) / sum(rate(http_requests_total{service="${service}"}[${window}]))`;

const READS = [
    ['query_metrics', { promql: 'sum by (status) (http_requests_total)', since: '15s', step: '1s' }, sameRange('sum by (status) (http_requests_total)', '1s')],
    ['query_metrics_now', { promql: 'up' }, sameVector('up', 4)],
    ['query_metrics_now', { promql: 'checkout_odd' }, async (found) => {
        assert.deepEqual(found.series.map((row) => row.samples[0][1]).sort(), ['+Inf', '-Inf', 'NaN']);
        await sameVector('checkout_odd', 3)(found);
    }],
    ['query_metrics_now', { promql: 'count(up)' }, async (found) => assert.equal(found.value, Number((await ask('/api/v1/query', [['query', 'count(up)']])).result[0].value[1]))],
    ['query_metrics_now', { promql: 'absent_from_everything' }, (found) => assert.deepEqual([found.count, found.series], [0, []])],
    ['error_ratio', { service: 'checkout', window: '15s' }, async (found) => {
        await sameVector(ratio('checkout', '15s'))(found);
        assert.ok(found.value > 0.05 && found.value < 0.5, `a tenth of the pretend service's requests fail, not ${found.value}`);
    }],
    ['find_series', { selector: 'http_requests_total{service="checkout"}' }, async (found) => {
        assert.equal(found.count, 6);
        sameRows(found.series, await ask('/api/v1/series', [['match[]', 'http_requests_total{service="checkout"}']]));
    }],
    ['metric_labels', {}, async (found) => assert.deepEqual(found.labels, await ask('/api/v1/labels'))],
    ['metric_label_values', { label: 'job' }, async (found) => assert.deepEqual(found.values, ['checkout', 'gone', 'node', 'prometheus'])],
    ['metric_label_values', { label: '__name__' }, async (found) => assert.deepEqual(found.values, await ask('/api/v1/label/__name__/values'))],
    ['metric_metadata', { metric: 'http_requests_total' }, async (found) => {
        const [wanted] = (await ask('/api/v1/metadata', [['metric', 'http_requests_total']])).http_requests_total;
        assert.deepEqual(found.metadata, [{ metric: 'http_requests_total', ...wanted }]);
    }],
    ['targets_down', {}, async (found) => {
        assert.deepEqual(found.series.map((row) => row.labels.job), ['gone']);
        await sameVector('up == 0')(found);
    }],
    ['scrape_targets', {}, async (found) => {
        const wanted = (await ask('/api/v1/targets', [['state', 'active']])).activeTargets;
        sameRows(
            found.targets.map((row) => picked(row, 'labels', 'health', 'lastError', 'scrapePool', 'scrapeUrl')),
            wanted.map((row) => picked(row, 'labels', 'health', 'lastError', 'scrapePool', 'scrapeUrl')),
        );
    }],
    ['alert_rules', {}, async (found) => {
        const { groups } = await ask('/api/v1/rules', [['type', 'alert']]);
        const ours = (row) => ({ ...picked(row, 'name', 'state', 'query', 'duration', 'labels', 'annotations', 'health'), alerts: row.alerts.length });
        assert.ok(found.rules.some((rule) => rule.state === 'firing'));
        sameRows(found.rules.map(ours), groups.flatMap((group) => group.rules).map(ours));
    }],
    ['prometheus_alerts', {}, async (found) => {
        const ours = (row) => ({ ...picked(row, 'labels', 'annotations', 'state'), activeAt: instant(row.activeAt) });
        sameRows(found.alerts.map(ours), (await ask('/api/v1/alerts')).alerts.map(ours));
    }],
    ['active_alerts', {}, sameAlerts([['active', 'true'], ['silenced', 'false'], ['inhibited', 'false']])],
    ['alerts_of_service', { service: 'checkout' }, sameAlerts([['filter', 'service="checkout"']])],
    ['alert_of_service', { alertname: 'CheckoutFailing', service: 'checkout' }, sameAlerts([['filter', 'alertname="CheckoutFailing"'], ['filter', 'service="checkout"']])],
    ['silences', {}, async (found) => {
        const wanted = await direct(alertmanager, '/api/v2/silences');
        assert.equal(wanted.length, 1);
        const ours = (row) => ({ ...picked(row, 'id', 'createdBy', 'comment'), endsAt: instant(row.endsAt) });
        sameRows(found.silences.map((row) => ({ ...ours(row), state: row.state })), wanted.map((row) => ({ ...ours(row), state: row.status.state })));
    }],
];

/** Read tools whose backend does not run here, and those of proposals; 30-ssm.sh and 60-approvals.sh show them. */
const ELSEWHERE = ['proposal_status', 'proposal_list', 'tail_logs', 'query_logs', 'log_rate', 'log_label_values', 'instances', 'disk_usage', 'service_status', 'command_outcome'];

async function reads(client, tools) {
    const shown = new Set();
    for (const [name, args, check] of READS) {
        const tool = tools.find((each) => each.name === name);
        assert.ok(tool?.outputSchema, `${name} advertises no output schema`);
        await eventually(async () => check(success(await client.callTool({ name, arguments: args }))), { within: 10_000 }).catch((error) => {
            throw new Error(`${name} ${JSON.stringify(args)}: ${error.message}`, { cause: error });
        });
        shown.add(name);
    }
    const forgotten = tools.filter(({ name, annotations }) => annotations.readOnlyHint && !shown.has(name) && !ELSEWHERE.includes(name) && name !== 'result_page');
    assert.deepEqual(forgotten.map(({ name }) => name), [], 'read tools that nothing here checks');
    ok(`${shown.size} read tools in ${READS.length} calls answer as the backend does`);
}

async function writes(client, tools, silence) {
    const before = await direct(alertmanager, '/api/v2/silences');
    const calls = [
        ['silence_alert', { alertname: 'CheckoutFailing', service: 'checkout', duration: '1h', reason: 'it is loud' }],
        ['expire_silence', { id: silence }],
    ];
    for (const [name, args] of calls) {
        const { annotations } = tools.find((tool) => tool.name === name);
        assert.equal(annotations.readOnlyHint, false, name);
        const { structuredContent: proposed } = await client.callTool({ name, arguments: args });
        assert.equal(proposed?.status, 'approval_required', JSON.stringify(proposed));
    }
    failure(await client.callTool({ name: 'restart_service', arguments: { service: 'checkout', environment: 'staging' } }), 'BACKEND_UNREACHABLE');
    const forbidden = failure(await client.callTool({ name: 'silence_alert', arguments: { ...calls[0][1], alertname: 'Watchdog' } }), 'FORBIDDEN');
    assert.equal(forbidden.rule, 'never-silence-the-watchdog');
    assert.deepEqual(await direct(alertmanager, '/api/v2/silences'), before, 'the silences are other than before');
    ok('two writes are proposed, one finds no backend, a rule forbids another; the Alertmanager has the silences it had');
}

async function refusals(client) {
    const bad = failure(await client.callTool({ name: 'error_ratio', arguments: { service: 'x"} or up{a="', windw: '5m' } }), 'INVALID_ARGUMENT');
    assert.equal(bad.faults.length, 2, JSON.stringify(bad));
    assert.ok(bad.faults.some((fault) => fault.includes('`service`')) && bad.faults.some((fault) => fault.includes('windw')), JSON.stringify(bad));
    failure(await client.callTool({ name: 'error_ratio', arguments: {} }), 'INVALID_ARGUMENT');
    await assert.rejects(client.callTool({ name: 'drop_database', arguments: {} }), (error) => error.code === -32602 && error.message.includes('drop_database'));
    const query = failure(await client.callTool({ name: 'query_metrics_now', arguments: { promql: 'sum(' } }), 'BACKEND_REFUSED');
    assert.ok(query.message.includes('unclosed left parenthesis'), query.message);
    const began = Date.now();
    failure(await client.callTool({ name: 'tail_logs', arguments: { service: 'checkout' } }), 'BACKEND_UNREACHABLE');
    assert.ok(Date.now() - began < 5_000, 'a backend that is down is told at once');
    ok('bad arguments with every fault, an unknown tool, a query the backend refuses and a backend that is down');
}

async function inspector() {
    // Its own --config would be taken for the relay's: the server goes into a file, as in any client's configuration.
    const file = `${state}.inspector.json`;
    const server = { type: 'stdio', command: launcher, args: ['stdio', '--config', config, '--state', state] };
    await writeFile(file, JSON.stringify({ mcpServers: { countergate: server } }));
    const inspect = async (...args) => {
        const { code, out, err } = await run('mcp-inspector', ['--cli', '--config', file, '--server', 'countergate', ...args]);
        assert.equal(code, 0, `${args.join(' ')}: ${err} ${out}`);
        return JSON.parse(out);
    };
    const { tools } = await inspect('--method', 'tools/list', '--strict');
    for (const [name, args, check] of READS.filter(([each]) => ['query_metrics_now', 'active_alerts', 'scrape_targets'].includes(each))) {
        const pairs = Object.entries(args).flatMap(([key, value]) => ['--tool-arg', `${key}=${value}`]);
        await eventually(async () => check(success(await inspect('--method', 'tools/call', '--tool-name', name, ...pairs))), { within: 10_000 });
    }
    ok(`MCP Inspector lists ${tools.length} tools, finds no fault in their schemas, and its calls answer as the backend does`);
}

await main(async () => {
    const now = Date.now();
    const { silenceID } = await direct(alertmanager, '/api/v2/silences', [], {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({
            matchers: [{ name: 'alertname', value: 'NeverFires', isRegex: false }],
            startsAt: instant(now), endsAt: instant(now + 3_600_000), createdBy: 'end-to-end', comment: 'made by hand',
        }),
    });
    for (const generation of generations) {
        const client = await connect(generation, { config, state });
        console.log(`-- ${generation}`);
        const { tools } = await client.listTools();
        await reads(client, tools);
        await writes(client, tools, silenceID);
        await refusals(client);
        await client.close();
    }
    console.log('-- MCP Inspector');
    await inspector();
});
