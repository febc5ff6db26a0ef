import { EventEmitter } from "node:events";
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import { freshFolder, runInBoth, run } from "#support/commands/program.ts";
import { createTestMachine, type TestMachine } from "#support/commands/renewals/machine.ts";

/** The same with whom to tell, so that no warning of it comes. */
function machineWithRecipients(): TestMachine {
  const made = createTestMachine();
  writeFileSync(join(made.home, "notify.yaml"), "recipients: []\n", { mode: 0o600 });
  return made;
}

const launcherOf = ({ home }: TestMachine, way: string): string =>
  readFileSync(join(home, "schedule", `renewals-${way}.sh`), "utf8");

describe("systemd", () => {
  test("is the default on Linux: writes, checks and starts both units, at nine in the tenant's time zone", async () => {
    const here = machineWithRecipients();
    const { exit, stdout, stderr, requests } = await run("renewals schedule install --format json", here.circumstances);
    expect([exit, requests]).toEqual([0, []]);
    const files = [
      join(here.units, "clomoctl-renewals.timer"),
      join(here.units, "clomoctl-renewals.service"),
      join(here.home, "schedule", "renewals-systemd.sh"),
    ];
    expect(JSON.parse(stdout)).toEqual({
      way: "systemd",
      installed: true,
      at: "09:00",
      timezone: "Asia/Tokyo",
      active: true,
      files,
    });
    expect(files.every((file) => existsSync(file))).toBe(true);
    expect(readFileSync(files[0] ?? "", "utf8")).toContain("OnCalendar=*-*-* 09:00:00 Asia/Tokyo\n");
    expect(readFileSync(files[1] ?? "", "utf8")).not.toContain("User=");
    expect(stderr).toContain("`loginctl enable-linger`");
    expect(stderr).not.toContain("warning");
    expect(here.asked()).toEqual([
      "systemd-analyze verify --user",
      "systemctl --user daemon-reload",
      "systemctl --user enable --now clomoctl-renewals.timer",
      "systemctl --user restart clomoctl-renewals.timer",
      "systemctl --user is-active clomoctl-renewals.timer",
      "crontab -l",
    ]);
    expect(existsSync(here.systemUnits)).toBe(false);
  });

  test("of a served tenant carries the token's file, and warns if there is none", async () => {
    const here = machineWithRecipients();
    await run("context add office --url https://clomo.example", { home: here.home });
    const install = "renewals schedule install --systemd --context office";
    const warned = await run(install, here.circumstances);
    expect([warned.exit, warned.stderr]).toEqual([0, expect.stringContaining("with --token-file FILE")]);
    const { exit, stderr } = await run(`${install} --token-file cron.token`, here.circumstances);
    expect([exit, stderr]).toEqual([0, expect.not.stringContaining("--token-file")]);
    expect(launcherOf(here, "systemd")).toMatch(/'--context' 'office' '--token-file' '\/.*\/cron\.token'/);
  });

  test.each(["--token-file cron.token", "--context office --token-file -"])("%s is refused", async (words) => {
    const here = machineWithRecipients();
    await run("context add office --url https://clomo.example", { home: here.home });
    const refused = await run(`renewals schedule install --systemd ${words}`, here.circumstances);
    expect([refused.exit, refused.stderr]).toEqual([2, expect.stringContaining("needs --context and a file")]);
    expect(existsSync(join(here.home, "schedule"))).toBe(false);
  });

  test.each([
    ["--systemd --at 7:05", "07:05:00 Europe/Paris"],
    ["--systemd --at 23:59 --timezone America/New_York", "23:59:00 America/New_York"],
    ["--systemd --context kanto", "09:00:00 Europe/Paris"],
  ])("%s sets the time", async (words, said) => {
    const here = machineWithRecipients();
    await run("context add kanto --embedded --timezone Europe/Paris", { home: here.home });
    expect(await run(`renewals schedule install ${words}`, here.circumstances)).toMatchObject({ exit: 0 });
    expect(readFileSync(join(here.units, "clomoctl-renewals.timer"), "utf8")).toContain(`OnCalendar=*-*-* ${said}\n`);
  });

  test("user units are written below .config if XDG_CONFIG_HOME is not set or is relative", async () => {
    for (const XDG_CONFIG_HOME of ["", "config"]) {
      const here = machineWithRecipients();
      const userFolder = freshFolder();
      const environment = { ...here.circumstances.environment, XDG_CONFIG_HOME };
      await run("renewals schedule install", { ...here.circumstances, environment, userFolder });
      expect(readdirSync(join(userFolder, ".config", "systemd", "user"))).toHaveLength(2);
    }
  });

  test("--system creates a system timer that runs as the owner of the home, without a note about logging in", async () => {
    const here = machineWithRecipients();
    const ran = await run("renewals schedule install --systemd --system --fields way,active", here.circumstances);
    expect(ran).toMatchObject({ exit: 0, stdout: "way\tactive\nsystemd-system\ttrue\n", stderr: "" });
    expect(readdirSync(here.systemUnits).toSorted()).toEqual(["clomoctl-renewals.service", "clomoctl-renewals.timer"]);
    expect(readFileSync(join(here.systemUnits, "clomoctl-renewals.service"), "utf8")).toContain(
      `\nUser=${statSync(here.home).uid}\n`,
    );
    expect(here.asked().slice(0, 2)).toEqual(["systemd-analyze verify --system", "systemctl --system daemon-reload"]);
    expect(existsSync(here.units)).toBe(false);
    const alone = machineWithRecipients();
    await run("renewals schedule install --system", alone.circumstances);
    expect(readdirSync(alone.systemUnits)).toHaveLength(2);
  });

  test("if systemd does not respond, prints in both languages what to run", async () => {
    const here = machineWithRecipients();
    here.program("systemctl");
    here.program("systemd-analyze");
    const { en, ja } = await runInBoth("renewals schedule install --systemd --fields active", here.circumstances);
    expect(en).toMatchObject({ exit: 7, stdout: "active\n\n" });
    expect(en.stderr).toMatch(/^systemd-analyze .+\nwarning: .*systemctl --user daemon-reload/);
    expect(ja.stderr).toMatch(/^systemd-analyze .+\n警告: .*systemctl --user daemon-reload/);
  });

  test("falls back to cron with a warning if systemd was not requested and does not respond; no unit remains", async () => {
    const here = machineWithRecipients();
    here.program("systemctl", "\nexit 1\n");
    const { en, ja } = await runInBoth("renewals schedule install --fields way,installed,timezone", here.circumstances);
    expect(en).toMatchObject({ exit: 0, stdout: "way\tinstalled\ttimezone\ncron\ttrue\tUTC\n" });
    expect(en.stderr).toMatch(/^warning: systemd does not respond on this computer .* cron is used instead/m);
    expect(ja.stderr).toMatch(/^警告: このコンピューターでは systemd が応答しないため.*cron に登録しました/m);
    expect(here.crontab()).toContain("renewals-cron.sh");
    expect(readdirSync(here.units)).toEqual([]);
    const bare = machineWithRecipients();
    bare.program("systemctl");
    bare.program("crontab");
    expect(await run("renewals schedule install", bare.circumstances)).toMatchObject({ exit: 7, stdout: "" });
    expect(readdirSync(bare.units)).toEqual([]);
  });

  test("warns about two schedulers at the same time", async () => {
    const here = machineWithRecipients();
    await run("renewals schedule install --systemd", here.circumstances);
    const { en, ja } = await runInBoth("renewals schedule install --cron", here.circumstances);
    expect(en.stderr).toContain(
      "and would run twice; to remove the systemd schedule: clomoctl renewals schedule remove --systemd\n",
    );
    expect(ja.stderr).toContain(
      "二重に実行されます。systemd の登録を削除するには: clomoctl renewals schedule remove --systemd\n",
    );
  });

  test.each([
    ["en", "warning: clomoctl runs from npx's cache"],
    ["ja", "警告: clomoctl が npx のキャッシュから実行されています"],
  ])("warns about a program in npx's cache, which can be emptied: %s", async (language, warning) => {
    const words = ["--lang", language, "renewals", "schedule", "install", "--systemd"];
    const argv = ["node", "/home/k/.npm/_npx/0123abcd/node_modules/clomoctl/bin/clomoctl.js", ...words];
    const { stderr } = await run(words, { ...machineWithRecipients().circumstances, host: { argv } });
    expect(stderr).toContain(warning);
  });

  test("units that systemd rejects are a failure in both languages, and none remain", async () => {
    const here = createTestMachine();
    here.program("systemd-analyze", "\necho 'clomoctl-renewals.timer:6: Failed to parse' >&2; exit 1\n");
    const { en, ja } = await runInBoth("renewals schedule install", here.circumstances);
    expect(en).toMatchObject({ exit: 3, stdout: "", stderr: expect.stringContaining("timer:6: Failed to parse") });
    expect(ja).toMatchObject({ exit: 3, stderr: expect.stringMatching(/^エラー: .*timer:6: Failed to parse/) });
    expect([existsSync(here.units), here.asked()]).toEqual([false, []]);
  });
});

describe("cron", () => {
  test("adds a block below existing lines in this computer's time zone, and reports it in both languages", async () => {
    const here = machineWithRecipients();
    here.setCrontab("5 4 * * * true\n");
    const line = "renewals schedule install --cron --at 08:30 --fields way,installed,at,timezone,active";
    // the tests' own zone is UTC
    const { en, ja } = await runInBoth(line, here.circumstances);
    expect(en).toMatchObject({ exit: 0, stdout: "way\tinstalled\tat\ttimezone\tactive\ncron\ttrue\t23:30\tUTC\t\n" });
    expect(en.stderr).toBe("cron uses this computer's time zone: 08:30 in Asia/Tokyo is currently 23:30 in UTC\n");
    expect(ja.stderr).toContain("Asia/Tokyo の 08:30 は現在 UTC の 23:30");
    const lines = here.crontab()?.split("\n") ?? [];
    expect(lines[0]).toBe("5 4 * * * true");
    expect(lines).toContain(`30 23 * * * /bin/sh '${join(here.home, "schedule", "renewals-cron.sh")}'`);
    expect(existsSync(here.units)).toBe(false);
  });

  test("is the default on macOS", async () => {
    const here = machineWithRecipients();
    const ran = await run("renewals schedule install --fields way", { ...here.circumstances, platform: "darwin" });
    expect(ran).toMatchObject({ exit: 0, stdout: "way\ncron\n" });
    expect(here.crontab()).toContain("renewals-cron.sh");
  });

  test("warns about a time zone with daylight saving time, in both languages", async () => {
    const here = machineWithRecipients();
    const line = "renewals schedule install --cron --timezone Europe/Paris --fields at";
    const { en, ja } = await runInBoth(line, here.circumstances);
    expect(en.stdout).toBe("at\n08:00\n");
    expect(en.stderr).toMatch(/warning: the offset between Europe\/Paris and UTC changes with daylight saving time/);
    expect(ja.stderr).toMatch(/警告: .*Europe\/Paris と UTC/);
    expect((await run("renewals schedule install --cron --timezone UTC", here.circumstances)).stderr).toBe("");
  });

  test("cannot be installed without cron, in both languages", async () => {
    const here = createTestMachine();
    here.program("crontab");
    const { en, ja } = await runInBoth("renewals schedule install --cron", here.circumstances);
    expect(en).toMatchObject({ exit: 7, stdout: "", stderr: expect.stringContaining("--systemd") });
    expect(ja).toMatchObject({
      exit: 7,
      stdout: "",
      stderr: expect.stringContaining("このコンピューターには crontab コマンドがありません"),
    });
    expect(existsSync(join(here.home, "schedule"))).toBe(false);
  });

  test("leaves broken markers of an earlier block unchanged", async () => {
    const here = createTestMachine();
    here.setCrontab("# >>> clomoctl renewals >>>\nx\n");
    expect(await run("renewals schedule install --cron", here.circumstances)).toMatchObject({ exit: 3, stdout: "" });
    expect(here.crontab()).toBe("# >>> clomoctl renewals >>>\nx\n");
  });
});

describe("recipients", () => {
  test("are requested in both languages if the settings name none, with --quiet too", async () => {
    const here = createTestMachine();
    const { en, ja } = await runInBoth("renewals schedule install --cron --quiet", here.circumstances);
    expect(en.exit).toBe(0);
    expect(en.stderr).toMatch(/^warning: /);
    expect(en.stderr).toContain(join(here.home, "notify.yaml"));
    expect(en.stderr).toContain("clomoctl renewals notify --help");
    expect(ja.stderr).toMatch(/^警告: 通知先がまだ設定されていません/);
    expect(ja.stderr).toContain(join(here.home, "notify.yaml"));
    writeFileSync(join(here.home, "notify.yaml"), "recipients: []\n", { mode: 0o600 });
    expect((await run("renewals schedule install --cron --quiet", here.circumstances)).stderr).toBe("");
  });
});

test.each([
  ["en", "the daily schedule may be only partly installed; install it again"],
  ["ja", "途中まで登録された可能性があります"],
])("an interruption ends the running program and reports what may remain: %s", async (language, said) => {
  const here = createTestMachine();
  here.program("crontab", '\necho crontab >>"$MACHINE/asked"; exec /bin/sleep 60\n');
  const signals = new EventEmitter();
  const running = run(`--lang ${language} renewals schedule install --cron`, { ...here.circumstances, signals });
  while (here.asked().length === 0) await setTimeout(5);
  signals.emit("SIGTERM");
  expect(await running).toMatchObject({ exit: 143, stdout: "", stderr: expect.stringContaining(said) });
});

test("warns in both languages about settings that notify would refuse, with the reason", async () => {
  const here = machineWithRecipients();
  const file = join(here.home, "notify.yaml");
  chmodSync(file, 0o622);
  const { en, ja } = await runInBoth("renewals schedule install --cron --quiet", here.circumstances);
  expect(en.exit).toBe(0);
  expect(en.stderr).toMatch(/^warning: [^\n]+\nwarning: [^\n]+\n$/);
  expect(en.stderr).toContain(`${file}: other users can write to this file`);
  expect(en.stderr).toContain(`chmod go-w ${file}`);
  expect(ja.stderr).toContain(`警告: ${file}: ほかのユーザーが書き込める`);
  expect(ja.stderr).toContain(`chmod go-w ${file}`);
  rmSync(file);
  mkdirSync(file, { mode: 0o700 });
  const folder = await run("renewals schedule install --cron --quiet", here.circumstances);
  expect(folder.stderr).toMatch(/^warning: [^\n]+notify\.yaml: [^\n]+\n$/);
});

test("warns about secrets that are set only in the environment, which a scheduled run does not have", async () => {
  const here = machineWithRecipients();
  const hook = "recipients: [{name: a, way: webhook, service: slack, url-env: CHAT_URL}]\n";
  writeFileSync(join(here.home, "notify.yaml"), hook);
  const { en, ja } = await runInBoth("renewals schedule install --cron --quiet", here.circumstances);
  expect(en).toMatchObject({
    exit: 0,
    stderr: expect.stringMatching(
      /^warning: .*: a scheduled run does not have the environment variable CHAT_URL; use password-file, url-file or token-file/,
    ),
  });
  expect(ja.stderr).toContain("自動実行では環境変数 CHAT_URL がありません");
  writeFileSync(join(here.home, "notify.yaml"), "recipients: nobody\n");
  const wrong = await run("renewals schedule install --cron --quiet", here.circumstances);
  expect(wrong).toMatchObject({ exit: 0, stderr: expect.stringMatching(/^warning: .*notify\.yaml:1/) });
});

describe("the launcher", () => {
  /** What it is made of, by the variables of this environment and these words. */
  const made = async (words: string, more: Readonly<Record<string, string>> = {}): Promise<string> => {
    const here = machineWithRecipients();
    const environment = { ...here.circumstances.environment, ...more };
    await run(`renewals schedule install --cron ${words}`.trim(), { ...here.circumstances, environment });
    return launcherOf(here, "cron").replaceAll(here.home, "HOME");
  };

  test("finds Node, the program and the home, and runs for all contexts in the selected language", async () => {
    const script = await made("");
    expect(script).toContain("CLOMOCTL_HOME='HOME'; export CLOMOCTL_HOME\n");
    expect(script).toContain("XDG_CONFIG_HOME='HOME/config'; export XDG_CONFIG_HOME\n");
    expect(script).not.toContain("XDG_DATA_HOME=");
    expect(script).toContain("CLOMOCTL_LANG=en; export CLOMOCTL_LANG\n");
    expect(script).toContain("PATH=${PATH:-/usr/bin:/bin}:'HOME/programs':");
    expect(script).toContain("for found in '/opt/node/bin/node' ");
    expect(script).toContain("for found in '/opt/clomoctl/bin/clomoctl.js' ");
    expect(script).toContain("HOME=${HOME:-'HOME'}");
    expect(script).toContain("renewals notify --quiet --no-input '--all-contexts' ");
  });

  test.each([
    ["--lang ja", {}, "CLOMOCTL_LANG=ja;"],
    ["--context local", {}, "'--context' 'local'"],
    ["", { CLOMOCTL_CONTEXT: "local" }, "'--context' 'local'"],
    ["", { XDG_DATA_HOME: "/data" }, "XDG_DATA_HOME='/data'; export XDG_DATA_HOME\n"],
    ["", { XDG_CACHE_HOME: "/cache" }, "XDG_CACHE_HOME='/cache'; export XDG_CACHE_HOME\n"],
  ])("keeps the context, language and folders of %s %j", async (words, environment, said) => {
    expect(await made(words, environment)).toContain(said);
  });

  test("makes a relative home absolute, sets no home if none is set, and contains no secret", async () => {
    const here = machineWithRecipients();
    const folder = freshFolder();
    const { environment } = here.circumstances;
    await run("renewals schedule install --cron", {
      ...here.circumstances,
      folder,
      environment: { ...environment, CLOMOCTL_HOME: "own", SMTP_PASSWORD: "geheim" },
    });
    const script = readFileSync(join(folder, "own", "schedule", "renewals-cron.sh"), "utf8");
    expect(script).toContain(`CLOMOCTL_HOME='${join(folder, "own")}'`);
    expect(script).not.toContain("geheim");
    const userFolder = freshFolder();
    const below = join(userFolder, ".local", "share", "clomoctl", "schedule", "renewals-cron.sh");
    for (const none of ["", undefined]) {
      const usual = { ...environment, CLOMOCTL_HOME: none, XDG_CONFIG_HOME: none };
      await run("renewals schedule install --cron", { ...here.circumstances, userFolder, environment: usual });
      expect(readFileSync(below, "utf8")).not.toMatch(/CLOMOCTL_HOME|XDG_/);
      rmSync(below);
    }
  });
});

describe("the Task Scheduler", () => {
  /** A task as Windows reads it. */
  const read = (bytes: Uint8Array): string => {
    expect([...bytes.subarray(0, 2)]).toEqual([0xff, 0xfe]);
    return Buffer.from(bytes).toString("utf16le");
  };

  test("writes the XML to a file and prints in both languages what to run on Windows; installs nothing", async () => {
    const here = createTestMachine();
    const line = "renewals schedule install --task-scheduler --at 08:30 -o task.xml --overwrite";
    const { en, ja } = await runInBoth(line, here.circumstances);
    expect(en).toMatchObject({ exit: 0, stdout: "" });
    expect(en.stderr).toMatch(
      /^to install the task on Windows, run: schtasks \/create \/tn "clomoctl renewals" \/xml "task\.xml"\n/,
    );
    expect(en.stderr).toContain("the file does not contain this computer's CLOMOCTL_HOME");
    expect(en.stderr).not.toContain("warning");
    expect(ja.stderr).toContain("Windows でタスクを登録するには: schtasks /create");
    expect(ja.stderr).toContain("このコンピューターの CLOMOCTL_HOME はファイルに含めていません");
    const xml = read(readFileSync(join(here.home, "task.xml")));
    expect(xml).toContain("<StartBoundary>2026-11-20T08:30:00+09:00</StartBoundary>");
    expect(xml).toContain('"--all-contexts"');
    expect(xml).toContain('set "CLOMOCTL_LANG=ja"');
    expect(xml).not.toContain("CLOMOCTL_HOME");
    expect(xml).not.toContain("/opt/node");
    expect(here.asked()).toEqual([]);
  });

  test("writes to stdout without -o, for the given context and time zone", async () => {
    const line = "renewals schedule install --task-scheduler --context local --timezone UTC";
    const ran = await run(line, createTestMachine().circumstances);
    const xml = read(ran.bytes);
    expect(xml).toContain('"--context" "local"');
    expect(xml).toContain("T09:00:00+00:00<");
    expect(ran.stderr).toContain('/xml "FILE"');
  });

  test("is the default on Windows, with the home and the folder of Node", async () => {
    const { home } = createTestMachine();
    const ran = await run("renewals schedule install", { home, platform: "win32" });
    expect(ran.exit).toBe(0);
    const xml = read(ran.bytes);
    expect(xml).toContain(`set "CLOMOCTL_HOME=${home}"`);
    expect(xml).toContain('set "PATH=%PATH%;/opt/node/bin;');
    expect(ran.stderr.split("\n")).toHaveLength(2);
  });

  test("prints no note about this computer's home if no home is set", async () => {
    const environment = { CLOMOCTL_HOME: "" };
    const { stderr } = await run("renewals schedule install --task-scheduler", { environment });
    expect(stderr.split("\n")).toHaveLength(2);
  });
});

describe("refuses, and installs nothing", () => {
  test.each([
    ["--at 25:00", 2, '"25:00" is not a time of day', "「25:00」は時刻ではありません"],
    ["--at noon", 2, '"noon" is not a time of day', "「noon」"],
    ["--cron --systemd", 2, "use only one of --systemd, --cron, --task-scheduler", "どれか 1 つ"],
    ["--system --task-scheduler", 2, "use only one of", "どれか 1 つ"],
    ["--cron -o x", 2, "--output requires --task-scheduler", "--output には --task-scheduler が必要"],
    ["-o x", 2, "--output requires", "--output には"],
    ["--cron --timezone Mars/Olympus", 2, "Mars/Olympus", "Mars/Olympus"],
    ["--cron --context nowhere", 6, "nowhere", "「nowhere」"],
    ["--cron now", 2, "unexpected argument now", "余分な引数 now"],
    ["--kron", 2, "unknown option --kron", "--kron は不明"],
  ])("%s", async (words, exit, english, japanese) => {
    const here = createTestMachine();
    const { en, ja } = await runInBoth(`renewals schedule install ${words}`, here.circumstances);
    expect(en).toMatchObject({ exit, stdout: "", stderr: expect.stringContaining(english) });
    expect(ja).toMatchObject({ exit, stdout: "", stderr: expect.stringContaining(japanese) });
    expect([here.asked(), existsSync(join(here.home, "schedule"))]).toEqual([[], false]);
  });

  test("if the folder for the XML does not exist", async () => {
    const ran = await run(
      "renewals schedule install --task-scheduler -o nowhere/task.xml",
      createTestMachine().circumstances,
    );
    expect(ran).toMatchObject({ exit: 2, stdout: "" });
    expect(ran.stderr).not.toContain("schtasks");
  });
});
