import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { cp } from "node:fs/promises";
import { join } from "node:path";
import { ROOT, run, start, startOnTerminal } from "#support/process/program.ts";
import { listHomeFiles } from "#support/process/tenant-state.ts";
import { readTenantContent } from "../content.ts";
import { prepareMirror } from "../scenes/by-hand.ts";
import type { Trial, Workplace } from "../trial.ts";
import { SCENES } from "./at-calls.ts";

const templates = new Map<string, Promise<string>>();

/** Copies a home. The original is prepared only once. */
async function copyPreparedHome(
  { folder }: Workplace,
  name: string,
  prepare: (home: string) => Promise<unknown>,
): Promise<string> {
  const make = async (): Promise<string> => {
    const home = mkdtempSync(join(folder, `${name}-`));
    await prepare(home);
    return home;
  };
  const template = templates.get(name) ?? make();
  templates.set(name, template);
  const home = mkdtempSync(join(folder, `${name}-`));
  await cp(await template, home, { recursive: true });
  return home;
}

const HOSTILE_NAMES = [
  ["an escape", "\u001b[35mred"],
  ["a title", "\u001b]0;owned\u0007"],
  ["an 8-bit escape", "\u009b31m"],
  ["a bell", "a\u0007b"],
  ["a carriage return", "a\rb"],
  ["a backspace", "a\bb"],
  ["text from right to left", "\u202egnirts"],
  ["an isolate", "\u2066a\u2069"],
] as const;
/** Matches terminal controls and bidirectional marks that can come only from data. */
// oxlint-disable-next-line no-control-regex
const RAW_CONTROLS = /[\u0080-\u009f\u202a-\u202e\u2066-\u2069\u0007\b]|\u001b(?:\[35m|\]0;owned)/;
const FORMATS = ["table", "tsv", "csv", "json", "ndjson"];
const DISPLAY_COMMANDS = [
  "users list --fields all",
  "users show t1@example.jp",
  "orgs list",
  "renewals list",
  "audit list",
  "imports list",
];

async function createHostileRecords(home: string): Promise<void> {
  for (const [at, [, text]] of HOSTILE_NAMES.entries()) {
    const name = `n${at}${text}`;
    await run(["users", "create", "--name", name, "--email", `t${at}@example.jp`, "--employee-code", `T${at}`], {
      home,
    });
    await run(["orgs", "create", name, "--code", `O${at}`], { home });
    await run(["renewals", "add", name, "--kind", "custom", "--expires", "2099-01-01"], { home });
  }
}

export const TERMINAL_TRIALS: readonly Trial[] = DISPLAY_COMMANDS.map((line) => ({
  scene: line,
  places: async () => FORMATS.map((format) => `as ${format}`),
  attempt: async (place, workplace) => {
    const home = await copyPreparedHome(workplace, "hostile", createHostileRecords);
    const { ended } = startOnTerminal([...line.split(" "), "--format", place.slice(3)], {
      home,
      size: { columns: 400, rows: 40 },
    });
    const { screen } = await ended;
    const found = RAW_CONTROLS.exec(screen);
    return found === null
      ? []
      : [`raw ${JSON.stringify(screen.slice(Math.max(0, found.index - 20), found.index + 30))}`];
  },
}));

const PROPERTY_NAMES = ["__proto__", "constructor", "prototype", "toString", "hasOwnProperty", "valueOf"];

/** The ways in which a name can be passed to the program. W stands for the name. */
const NAME_INPUTS: readonly (readonly [scene: string, line: string, file?: readonly [name: string, text: string]])[] = [
  ["a name", "users create --name W --email w@example.jp --employee-code W"],
  ["an organisation", "orgs create W --code W"],
  ["a field", "users fields add W"],
  ["a context", "context add W --embedded"],
  ["a context to use", "context use W"],
  ["fields", "users list --fields W"],
  ["a header", "users import in.csv --yes", ["in.csv", "氏名,メールアドレス,W\r\na,b@example.jp,c\r\n"]],
  ["a cell", "users import in.csv --yes", ["in.csv", "氏名,メールアドレス,社員コード\r\nW,b@example.jp,W\r\n"]],
  ["a column map", "users import in.csv --yes --map m.yaml", ["m.yaml", "columns:\n  W: 氏名\n  氏名: {W: 氏名}\n"]],
  ["notify.yaml", "status --notify", ["notify.yaml", "W: {polluted: yes}\nrecipients: []\n"]],
  ["contexts.json", "context list", ["contexts.json", '{"contexts":{"W":{"kind":"embedded"}},"used":"W"}']],
  ["a noun", "W list"],
  ["an option", "users list --W"],
];

/** Trials with the names of properties that every JavaScript object has, wherever the program accepts a name. */
export const PROTOTYPE_TRIALS: readonly Trial[] = NAME_INPUTS.map(([scene, line, file]) => ({
  scene,
  places: async () => PROPERTY_NAMES,
  attempt: async (word, workplace) => {
    const home = await copyPreparedHome(workplace, "empty", async () => undefined);
    const put = (name: string, text: string) =>
      writeFileSync(join(home, name), text.replaceAll("W", word), { mode: 0o600 });
    put("in.csv", "氏名,メールアドレス\r\na,b@example.jp\r\n");
    if (file !== undefined) put(...file);
    const { code, stderr, text } = await run(line.replaceAll("W", word).split(" "), { home, cwd: home });
    const after = await run(["users", "list", "--format", "json"], { home });
    const isOdd = code === 1 || code === null || /\[native code\]|polluted/.test(text);
    return [
      ...(isOdd ? [`ended with ${code}: ${stderr}${text}`] : []),
      ...(scene === "contexts.json" || after.code === 0 ? [] : [`a list ended with ${after.code}: ${after.stderr}`]),
    ];
  },
}));

export const CLOSED_PIPE_TRIALS: readonly Trial[] = SCENES.map((scene) => ({
  scene: scene.name,
  places: async () => ["stdout closed", "stderr closed"],
  attempt: async (place, workplace) => {
    const stage = await workplace.stage(scene);
    const { before, after } = await stage.rehearsal;
    const home = await stage.home();
    const running = stage.start(home);
    running.process[place.startsWith("stdout") ? "stdout" : "stderr"]?.destroy();
    const { stderr, signal } = await running.ended;
    const state = stage.stateOf(home);
    const next = await stage.run(home);
    const left = (await listHomeFiles(home)).filter((name) => /\.tmp|\.new-/.test(name));
    rmSync(home, { recursive: true });
    return [
      ...(scene.steps === true || [before, after].some(({ tenant }) => tenant === state.tenant)
        ? []
        : ["neither the state before nor the one after"]),
      ...(/EPIPE|^ {4}at /m.test(stderr) ? [stderr] : []),
      ...(signal === null || signal === "SIGPIPE" ? [] : [`ended by ${signal}`]),
      ...(next.code === null ? ["the next run did not end"] : []),
      ...left.map((name) => `left behind: ${name}`),
    ];
  },
}));

const READ_ONLY_MOUNT_ARGS = [
  "--map-root-user",
  "--mount",
  "sh",
  "-ec",
  'mount --bind "$1" "$1"; mount -o remount,bind,ro "$1"; shift; exec "$@"',
  "sh",
];

export const canMount = (): boolean =>
  spawnSync("unshare", ["--map-root-user", "--mount", "sh", "-ec", "mount -t tmpfs none /mnt"]).status === 0;

export const READ_ONLY_TRIALS: readonly Trial[] = SCENES.map((scene) => ({
  scene: scene.name,
  places: async () => ["read-only"],
  attempt: async (_, workplace) => {
    const stage = await workplace.stage(scene);
    const home = await stage.home();
    const before = readTenantContent(home);
    const files = await listHomeFiles(home);
    const program = [home, process.execPath, join(ROOT, "bin", "clomoctl.js"), ...stage.line];
    const env = { PATH: process.env["PATH"] ?? "", HOME: home, LANG: "C", CLOMOCTL_HOME: home };
    const { status, stderr } = spawnSync("unshare", [...READ_ONLY_MOUNT_ARGS, ...program], {
      cwd: home,
      env,
      encoding: "utf8",
    });
    const isSame = readTenantContent(home) === before && files.join() === (await listHomeFiles(home)).join();
    rmSync(home, { recursive: true });
    return [
      ...(isSame ? [] : ["the home was changed"]),
      ...(status === 1 && !/^error: .*\n {2}\S/m.test(stderr) ? [`an unexpected failure: ${stderr}`] : []),
      ...(/^ {4}at |unexpected error/m.test(stderr) ? [stderr] : []),
    ];
  },
}));

/** SIGKILL at a random time. This also works if no library can be preloaded. */
export const RANDOM_KILL_TRIALS: readonly Trial[] = [20, 200, 5000].map((users) => ({
  scene: `an import of ${users} users`,
  places: async () => Array.from({ length: 100 }, (_, at) => `after ${at + 1} %`),
  attempt: async (place, workplace) => {
    const home = await copyPreparedHome(workplace, `import-${users}`, async (made) => {
      await prepareMirror(made);
      const rows = Array.from({ length: users }, (_, n) => `利用者 ${n},new${n}@example.com`);
      writeFileSync(join(made, "new.csv"), ["氏名,メールアドレス", ...rows, ""].join("\r\n"));
    });
    const line = ["users", "import", "new.csv", "--encoding", "utf-8", "--yes"];
    const count = async (): Promise<number> => {
      const { text } = await run(["users", "list", "--format", "ndjson"], { home });
      return text.split("\n").filter((row) => row.includes("new")).length;
    };
    const running = start(line, { home, cwd: home });
    const lengthMs = 400 + users / 4;
    await Promise.race([
      new Promise((resolve) => setTimeout(resolve, (lengthMs * Number.parseInt(place.slice(6), 10)) / 100)),
      running.ended,
    ]);
    running.process.kill("SIGKILL");
    await running.ended;
    const found = await count();
    const { code, stderr } = await run(line, { home, cwd: home });
    const [then, audit] = [await count(), await run(["audit", "verify", "--changes"], { home })];
    rmSync(home, { recursive: true });
    return [
      ...(found === 0 || found === users ? [] : [`${found} of ${users} users`]),
      ...(code === 0 && then === users ? [] : [`the next run ended with ${code} and ${then} users: ${stderr}`]),
      ...(audit.code === 0 ? [] : [audit.stderr]),
    ];
  },
}));
