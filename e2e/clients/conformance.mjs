// Every server scenario of the official conformance suite that concerns this program, at each revision it speaks over HTTP.
import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { main, ok, run } from './gate.mjs';

const { PORT: port, RESULTS: results } = process.env;
const VERSIONS = ['2025-11-25', '2026-07-28'];

const TEXT_ALONE = 'what a backend says reaches an agent as text and structured content: no images, sounds or embedded resources';
const ASKS_NOTHING = 'this server asks its client for nothing: approvals never travel through MCP, and there is nothing to sample';
const NO_LOG = 'the server logs where its operator reads, not to clients';
const ONE_TEXT = 'a runbook is text under a fixed address: none is binary, made from a template or watched';

/** Scenarios not run, each with the reason. Any other that the suite has is run and must pass. */
const LEFT_OUT = {
    'logging-set-level': NO_LOG,
    'tools-call-with-logging': NO_LOG,
    'completion-complete': 'nothing is completed: no capability, no method',
    'tools-call-image': TEXT_ALONE,
    'tools-call-audio': TEXT_ALONE,
    'tools-call-embedded-resource': TEXT_ALONE,
    'tools-call-mixed-content': TEXT_ALONE,
    'prompts-get-embedded-resource': TEXT_ALONE,
    'prompts-get-with-image': TEXT_ALONE,
    'tools-call-sampling': ASKS_NOTHING,
    'tools-call-elicitation': ASKS_NOTHING,
    'elicitation-sep1034-defaults': ASKS_NOTHING,
    'elicitation-sep1330-enums': ASKS_NOTHING,
    'resources-read-binary': ONE_TEXT,
    'resources-templates-read': ONE_TEXT,
    'resources-subscribe': ONE_TEXT,
    'resources-unsubscribe': ONE_TEXT,
    'server-sse-polling': 'the server never closes a stream before its answer, so there is none to take up again',
    'http-custom-header-server-validation': 'no parameter of a tool is mirrored in a header (x-mcp-header), so there is none to compare',
};
const leftOut = (name) => LEFT_OUT[name] ?? (name.startsWith('input-required-result-') && name !== 'input-required-result-unsupported-methods' ? ASKS_NOTHING : undefined);

const conformance = async (...args) => run('conformance', args, { timeout: 120_000 });

/** All server scenarios with the revisions each is for; extensions are none of ours. */
async function scenarios() {
    const { out } = await conformance('list', '--server');
    const found = [...out.matchAll(/^\s+- (\S+) \[([^\]]+)\]$/gm)].map(([, name, of]) => ({ name, versions: of.split(',') }));
    assert.ok(found.length > 40, out);
    return found.filter(({ versions }) => !versions.includes('extension'));
}

async function checks(folder) {
    const entries = await readdir(folder, { recursive: true });
    const files = entries.filter((entry) => entry.endsWith('checks.json'));
    assert.equal(files.length, 1, `${folder}: ${entries.join(' ')}`);
    return JSON.parse(await readFile(join(folder, files[0]), 'utf8'));
}

await main(async () => {
    const all = await scenarios();
    for (const name of Object.keys(LEFT_OUT)) {
        assert.ok(all.some((each) => each.name === name), `${name} is left out, and the suite has no such scenario`);
    }
    for (const version of VERSIONS) {
        const here = all.filter(({ versions }) => versions.includes(version)).map(({ name }) => name);
        const failed = [];
        let passed = 0;
        const chosen = here.filter((name) => !leftOut(name));
        for (const name of chosen) {
            const folder = join(results, version, name);
            const { out, err } = await conformance('server', '--url', `http://localhost:${port}/mcp`, '--scenario', name, '--spec-version', version, '-o', folder);
            const found = await checks(folder).catch(() => assert.fail(`${name}: ${out} ${err}`));
            // What concerns a capability that is not declared is skipped by the suite itself.
            const good = found.filter(({ status }) => ['SUCCESS', 'INFO', 'SKIPPED'].includes(status));
            passed += found.filter(({ status }) => status === 'SUCCESS').length;
            if (!found.some(({ status }) => status === 'SUCCESS')) failed.push(`${name}: shows nothing`);
            failed.push(...found.filter((each) => !good.includes(each)).map(({ id, status, errorMessage }) => `${name}: ${id}: ${status}: ${errorMessage}`));
        }
        assert.deepEqual(failed, []);
        ok(`${version}: ${chosen.length} scenarios, ${passed} checks pass, none fails or warns`);
        for (const name of here.filter(leftOut)) console.log(`    left out: ${name}: ${leftOut(name)}`);
    }
});
