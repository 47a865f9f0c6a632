// Lines on standard input: {"tool": <tool as in the catalogue>, "args": {...}, "env": {...}}.
// Lines on standard output: {"text": <first content block>, "isError": <boolean>}.
import { createInterface } from "node:readline";

const RETRIED = [408, 429, 500, 502, 503, 504];

const expand = (text, env) => String(text).replaceAll(/\$\{(\w+)\}/g, (whole, name) => env[name] ?? "");

const oneLine = (text) => text.replaceAll("\r", "").replaceAll("\n", "");

const inQuery = (value) => (typeof value === "object" && value !== null ? JSON.stringify(value) : String(value));

class Bound {
  constructor(entry, args) {
    this.declared = entry.params ?? [];
    this.args = args;
    this.consumed = new Set();
  }

  value(name) {
    if (this.args[name] !== undefined) return this.args[name];
    return this.declared.find((param) => param.name === name)?.default;
  }

  consume(name, isRaw) {
    this.consumed.add(name);
    const value = this.value(name);
    if (value === undefined && this.declared.find((param) => param.name === name)?.required) {
      throw new Error(`missing ${name}`);
    }
    const text = value === undefined ? "" : String(value);
    if (!isRaw) return encodeURIComponent(text);
    const segments = text.split("/");
    if (segments.some((segment) => segment === "" || segment === "." || segment === "..")) {
      throw new Error(`unsafe ${name}`);
    }
    return segments.map((segment) => encodeURIComponent(segment)).join("/");
  }

  *rest() {
    for (const { name } of this.declared) {
      const value = this.value(name);
      if (value !== undefined && !this.consumed.has(name)) yield [name, value];
    }
  }
}

function request(entry, args, env) {
  const bound = new Bound(entry, args);
  const method = (entry.method ?? "GET").toUpperCase();
  const headers = new Headers();
  for (const [name, value] of Object.entries(entry.headers ?? {})) headers.set(name, oneLine(expand(value, env)));
  if (entry.auth?.bearer_env && !headers.has("authorization")) {
    headers.set("authorization", `Bearer ${oneLine(env[entry.auth.bearer_env] ?? "")}`);
  }
  // Placeholders are found before the environment comes in: braces in a value are no placeholders.
  const address = entry.url
    .split(/(\$\{\w+\}|\{\+?[\w-]+\})/)
    .map((piece) => {
      if (/^\$\{\w+\}$/.test(piece)) return expand(piece, env);
      const placeholder = /^\{(\+?)([\w-]+)\}$/.exec(piece);
      return placeholder ? bound.consume(placeholder[2], placeholder[1] === "+") : piece;
    })
    .join("");
  const url = new URL(address);
  if (method === "GET") {
    for (const [name, value] of bound.rest()) url.searchParams.set(name, inQuery(value));
    return [url, { method, headers }];
  }
  if (!headers.has("content-type")) headers.set("content-type", "application/json");
  return [url, { method, headers, body: JSON.stringify(Object.fromEntries(bound.rest())) }];
}

const dig = (value, path) =>
  path.split(".").reduce((at, name) => (at === undefined || at === null ? undefined : at[name]), value);

const bare = (value) => (typeof value === "string" ? value : JSON.stringify(value));

function shape(body, response = {}) {
  if ((response.type ?? "text") !== "json") return body;
  let value;
  try {
    value = JSON.parse(body);
  } catch {
    return body;
  }
  if (response.path) value = dig(value, response.path);
  if (value === undefined) return body;
  if (!response.template) return typeof value === "string" ? value : JSON.stringify(value, null, 2);
  return response.template.replaceAll(/\{([\w.-]+)\}/g, (marker, path) => {
    const found = dig(value, path);
    return found === undefined ? marker : bare(found);
  });
}

async function single(entry, args, env) {
  const retries = entry.retry ? (entry.retry.count ?? 2) : 0;
  try {
    const [url, options] = request(entry, args, env);
    for (let attempt = 0; ; attempt++) {
      const answer = await fetch(url, { ...options, signal: AbortSignal.timeout(entry.timeout ?? 30_000) });
      const body = await answer.text();
      if (answer.ok) return { text: shape(body, entry.response), isError: false };
      if (attempt === retries || !RETRIED.includes(answer.status)) {
        const shown = body.length > 2000 ? body.slice(0, 2000) + `… (truncated, showing 2000/${body.length} chars)` : body;
        return { text: `HTTP ${answer.status}: ${shown}`, isError: true };
      }
      await new Promise((resolve) => setTimeout(resolve, (entry.retry.backoff_ms ?? 250) * 2 ** attempt));
    }
  } catch (failure) {
    return { text: `Error: ${failure.message}`, isError: true };
  }
}

async function call({ tool, args, env }) {
  if (!tool.requests) return single(tool, args, env);
  const parts = await Promise.all(tool.requests.map((entry) => single(entry, args, env)));
  const merged = {};
  tool.requests.forEach((entry, at) => {
    const { text, isError } = parts[at];
    if (isError) {
      merged[entry.key] = { error: text };
      return;
    }
    try {
      merged[entry.key] = JSON.parse(text);
    } catch {
      merged[entry.key] = text;
    }
  });
  return { text: JSON.stringify(merged, null, 2), isError: false };
}

for await (const line of createInterface({ input: process.stdin })) {
  process.stdout.write(JSON.stringify(await call(JSON.parse(line))) + "\n");
}
