import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { PassThrough } from "node:stream";
import { expect, test } from "vitest";
import { GLOBAL_OPTIONS, type Globals } from "../commands/kit/globals.ts";
import { RunSummary } from "../commands/kit/summary.ts";
import { freshFolder, run } from "#support/commands/program.ts";
import { example } from "#support/commands/tenant.ts";
import { spoolToFile } from "../lib/files/input.ts";
import { Failure } from "../lib/errors/index.ts";
import { same } from "../lib/text/index.ts";
import { Interrupts } from "./interrupts.ts";
import { openTools } from "./tools.ts";
import { createFakeEnvironment, type FakeEnvironment } from "#support/cli/outside.ts";

const NOTHING = Object.fromEntries(Object.keys(GLOBAL_OPTIONS).map((key) => [key, undefined])) as unknown as Globals;

const createInterrupts = ({ outside }: FakeEnvironment): Interrupts =>
  new Interrupts(outside.host, { language: "en", json: false, verbose: false }, () => undefined);

function opened(home: string, globals: Partial<Globals> = {}) {
  const made = createFakeEnvironment(home);
  const interrupts = createInterrupts(made);
  return { ...made, interrupts, tools: openTools(made.outside, { ...NOTHING, ...globals }, { interrupts, summary }) };
}

async function homeOfTwo(): Promise<string> {
  const home = freshFolder();
  await run("context add kanto --embedded", { home });
  await run("context add osaka --embedded", { home });
  return home;
}

const summary = new RunSummary(["try"], () => new Date(0));

test("a command gets its surroundings from outside", () => {
  const home = freshFolder();
  const { tools, environment } = opened(home);
  expect(tools.workingFolder).toBe(home);
  expect(tools.home.temporary).toBe(join(home, "tmp"));
  expect(tools.temporary.temporaryFolder).toBe(tools.home.temporary);
  expect(environment["SQLITE_TMPDIR"]).toBe(tools.home.temporary);
  expect(tools.machine).toEqual({
    platform: "linux",
    program: expect.stringMatching(/^clomoctl \d+\.\d+\.\d+/) as unknown,
    userFolder: home,
    userName: "admin",
    hostName: "test",
    timezone: new Intl.DateTimeFormat().resolvedOptions().timeZone,
    node: "/opt/node/bin/node",
    programPath: "/opt/clomoctl/bin/clomoctl.js",
  });
});

test("each tenant is opened once and closed once, however it is requested", async () => {
  const { tools, tenants } = opened(await homeOfTwo(), { context: "kanto" });
  const { context, source } = await tools.tenant("users");
  expect(source).toBe("option");
  expect((await tools.tenant("orgs")).context).toBe(context);
  expect((await tools.tenantOf(await tools.contexts.find("kanto"))).context).toBe(context);
  await tools.tenantOf(await tools.contexts.find("osaka"));
  expect(tenants).toEqual(["open kanto", "open osaka"]);
  await tools[Symbol.asyncDispose]();
  expect(tenants).toEqual(["open kanto", "open osaka", "close kanto", "close osaka"]);
});

test("a local tenant refuses --token-file, and warns about a token in the environment", async () => {
  const unused = {
    home: freshFolder(),
    environment: { CLOMOCTL_TOKEN: "clomo_x" },
    tenant: { whoami: example("whoami") },
  };
  const refused = await run("whoami --token-file token", unused);
  expect(refused).toMatchObject({ exit: 2, stdout: "", requests: [] });
  expect(refused.stderr).toMatch(/^error: --token-file can be used only with remote tenants.*\n$/);
  const warned = await run("whoami", unused);
  expect(warned.exit).toBe(0);
  expect(warned.stderr).toMatch(/^warning: CLOMOCTL_TOKEN has no effect.*\n$/);
});

test("a token that is given goes to the chosen tenant, and in a report about several to no other", async () => {
  const home = freshFolder();
  for (const name of ["kanto", "osaka"]) await run(`context add ${name} --url https://${name}.example.jp`, { home });
  const made = createFakeEnvironment(home);
  made.environment["CLOMOCTL_TOKEN"] = `clomo_${"x".repeat(43)}`;
  const secrets: unknown[] = [];
  const openTenant: typeof made.outside.openTenant = async (machine, chosen) => {
    if (chosen.context.kind === "remote") secrets.push((await machine.secretFor?.(chosen.context))?.source);
    return made.outside.openTenant(machine, chosen);
  };
  const tools = openTools({ ...made.outside, openTenant }, NOTHING, { interrupts: createInterrupts(made), summary });
  for (const one of await tools.contexts.listUsed()) await tools.tenantOf(one);
  expect(secrets, "kanto is in use").toEqual(["CLOMOCTL_TOKEN", undefined]);
});

test("a command keeps its tenant even if the context is switched meanwhile", async () => {
  const home = await homeOfTwo();
  await run("context use kanto", { home });
  const { tools } = opened(home);
  expect(await tools.tenant()).toMatchObject({ context: { name: "kanto" } });
  await run("context use osaka", { home });
  expect(await tools.tenant()).toMatchObject({ context: { name: "kanto" } });
  expect(await opened(home).tools.tenant()).toMatchObject({ context: { name: "osaka" } });
});

test("a tenant that could not be opened is not closed and does not affect other tenants", async () => {
  const made = createFakeEnvironment(await homeOfTwo());
  const interrupts = createInterrupts(made);
  const openTenant: typeof made.outside.openTenant = (machine, chosen) =>
    chosen.context.name === "kanto"
      ? Promise.reject(new Failure("locked", { what: same("locked") }))
      : made.outside.openTenant(machine, chosen);
  const tools = openTools({ ...made.outside, openTenant }, NOTHING, { interrupts, summary });
  const [kanto, osaka] = [await tools.contexts.find("kanto"), await tools.contexts.find("osaka")];
  await expect(tools.tenantOf(kanto)).rejects.toMatchObject({ code: "locked" });
  await tools.tenantOf(osaka);
  await tools[Symbol.asyncDispose]();
  expect(made.tenants).toEqual(["open osaka", "close osaka"]);
});

test("files that a dead process left are removed before the command ends", async () => {
  const home = freshFolder();
  const [left, record] = [join(home, ".out.csv.424242.tmp"), join(home, "tmp", "424242-0.json")];
  mkdirSync(join(home, "tmp"));
  writeFileSync(left, "half");
  const { tools } = opened(home);
  const { place } = tools.temporary.processes;
  await tools[Symbol.asyncDispose]();
  writeFileSync(record, JSON.stringify({ file: left, pid: 424_242, place }));
  await opened(home).tools[Symbol.asyncDispose]();
  expect([existsSync(left), existsSync(record)]).toEqual([false, false]);
});

test("unfinished files are removed when the process ends", async () => {
  const { tools, host } = opened(freshFolder());
  async function* bytes(): AsyncGenerator<Uint8Array> {
    yield Buffer.from("half");
  }
  const { path } = await spoolToFile(bytes(), tools.temporary);
  expect(existsSync(path)).toBe(true);
  host.emit("exit");
  expect(existsSync(path)).toBe(false);
});

test.each([
  ["a terminal where Ctrl-D was typed", true, true, ["half"], undefined],
  ["a terminal whose window was closed", true, false, "interrupted", 129],
  ["a pipe", false, false, ["half"], undefined],
] as const)("end of stdin: %s", async (_, isTTY, isTerminal, content, exit) => {
  const made = createFakeEnvironment(freshFolder());
  const { stdin } = made.outside.host;
  stdin.isTTY = isTTY;
  const interrupts = createInterrupts(made);
  const tools = openTools({ ...made.outside, isTerminal: () => isTerminal }, NOTHING, { interrupts, summary });
  (stdin as unknown as PassThrough).end("half");
  const read = await Array.fromAsync(tools.stdin, String).catch(({ code }: Failure) => code);
  expect(read).toEqual(content);
  expect(interrupts.exit).toBe(exit);
});

test.each([
  [{}, true, true],
  [{ noInput: true }, false, true],
  [{ noColor: true }, true, false],
])("questions and colours are enabled unless they are turned off: %j", async (globals, interactive, colours) => {
  const made = createFakeEnvironment(freshFolder());
  for (const stream of [made.outside.host.stdin, made.outside.host.stdout, made.outside.host.stderr])
    stream.isTTY = true;
  const interrupts = createInterrupts(made);
  const { terminal } = openTools(made.outside, { ...NOTHING, ...globals }, { interrupts, summary });
  expect(terminal.interactive).toBe(interactive);
  const { bad } = await terminal.styles("stderr");
  expect(bad("x") !== "x").toBe(colours);
});

test("the connection to Apple is opened once, when it is needed, and closed with the rest", async () => {
  const made = createFakeEnvironment(freshFolder());
  const events: string[] = [];
  const openApple: typeof made.outside.openApple = async () => {
    events.push("open");
    return {
      send: ({ url }) => Promise.resolve({ status: 200, headers: {}, body: url }),
      close: async () => void events.push("close"),
    };
  };
  const interrupts = createInterrupts(made);
  const tools = openTools({ ...made.outside, openApple }, NOTHING, { interrupts, summary });
  expect(events).toEqual([]);
  const send = await tools.send();
  expect(await send({ method: "GET", url: "https://apple.example", headers: {} })).toMatchObject({
    body: "https://apple.example",
  });
  expect(await tools.send()).toBe(send);
  await tools[Symbol.asyncDispose]();
  expect(events).toEqual(["open", "close"]);
});
