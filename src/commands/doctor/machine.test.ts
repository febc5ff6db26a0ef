import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, test } from "vitest";
import type { EnvironmentVariables } from "../../lib/terminal/index.ts";
import { freshFolder } from "#support/commands/program.ts";
import type { Tools } from "../tools.ts";
import type { Finding } from "./finding.ts";
import { checkMachine, type LanguageSupport } from "./machine.ts";

interface Given {
  readonly nodeVersion?: string;
  readonly platform?: string;
  readonly architecture?: string;
  readonly now?: string;
  readonly environment?: EnvironmentVariables;
  readonly terminal?: { readonly columns?: number; readonly language?: string; readonly onTerminal?: boolean };
  readonly userFolder?: string;
  readonly door?: string;
}

/** A machine on which all is right, but for what is given. */
const toolsOf = ({ now = "2026-11-20T01:00:00Z", environment, terminal, ...machine }: Given): Tools =>
  ({
    machine: {
      nodeVersion: "24.21.0",
      platform: "linux",
      architecture: "x64",
      node: "/opt/node",
      timezone: "Asia/Tokyo",
      userFolder: "/nowhere",
      door: "/nowhere/bin/clomoctl",
      ...machine,
    },
    clock: { now: () => new Date(now) },
    environment: { LANG: "ja_JP.UTF-8", ...environment },
    terminal: { language: "ja", columns: 80, onTerminal: false, ...terminal },
    signal: new AbortController().signal,
  }) as unknown as Tools;

const wrong = async (given: Given, languages?: LanguageSupport): Promise<readonly Finding[]> =>
  (await checkMachine(toolsOf(given), languages)).filter(({ state }) => state !== "ok");

test("a machine that the program supports is ok", async () => {
  expect(await wrong({})).toEqual([]);
});

test.each([
  [{ nodeVersion: "22.5.0" }, "problem", "install Node.js 24 or newer"],
  [{ nodeVersion: "25.0.0" }, "warning", "install an even-numbered version of Node.js"],
  [
    { architecture: "ia32" },
    "warning",
    "use a platform for which releases are built: linux x64, linux arm64, darwin arm64, win32 x64",
  ],
  [
    { platform: "freebsd" },
    "warning",
    "use a platform for which releases are built: linux x64, linux arm64, darwin arm64, win32 x64",
  ],
])("%j is a %s", async (given, state, mend) => {
  const [first, ...more] = await wrong(given);
  expect(first).toMatchObject({ check: "node", state, mend: { en: mend } });
  expect(more).toEqual([]);
});

test.each<[string, LanguageSupport]>([
  ["no Shift_JIS", { collates: () => true, decode: () => "\u30cf" }],
  ["no Japanese", { collates: () => false, decode: () => "あ" }],
  [
    "a decoder that is not there",
    {
      collates: () => true,
      decode: () => {
        throw new RangeError("shift_jis");
      },
    },
  ],
])("a Node.js with %s is a problem", async (_, languages) => {
  expect(await wrong({}, languages)).toMatchObject([{ check: "character-sets", state: "problem" }]);
});

test("a clock that is earlier than the program is a problem", async () => {
  expect(await wrong({ now: "1970-01-01T00:00:00Z" })).toMatchObject([
    {
      check: "clock",
      state: "problem",
      what: {
        en: expect.stringMatching(/^1970-01-01T09:00:00\+09:00 \(Asia\/Tokyo\): /),
        ja: expect.stringContaining(": 時計が clomoctl の作成より前の時刻になっています"),
      },
    },
  ]);
});

describe("on a terminal", () => {
  const installed = (): Given => {
    const userFolder = freshFolder();
    writeFileSync(join(userFolder, ".bashrc"), "bash: add to ~/.bashrc: source <(clomoctl completion bash)\n");
    const door = join(userFolder, "bin", "clomoctl");
    mkdirSync(join(userFolder, "share", "man", "man1"), { recursive: true });
    writeFileSync(join(userFolder, "share", "man", "man1", "clomoctl.1"), "");
    return { userFolder, door, environment: { SHELL: "/bin/bash" }, terminal: { onTerminal: true } };
  };

  test("everything is ok if everything is installed", async () => {
    expect(await wrong(installed())).toEqual([]);
    const all = await checkMachine(toolsOf(installed()));
    expect(all.map(({ check }) => check)).toEqual(expect.arrayContaining(["completion", "manual"]));
  });

  test.each([
    [{ LANG: "C" }, "ja", "export LANG=ja_JP.UTF-8"],
    [{ LANG: "en_US.ISO-8859-1" }, "en", "export LANG=en_US.UTF-8"],
    [{ LANG: "" }, "en", "export LANG=en_US.UTF-8"],
    [{ LC_ALL: "C", LANG: "ja_JP.UTF-8" }, "ja", "export LANG=ja_JP.UTF-8"],
  ])("%j may not be able to show Japanese", async (environment, language, mend) => {
    const given = installed();
    const [first, ...more] = await wrong({
      ...given,
      environment: { ...given.environment, ...environment },
      terminal: { onTerminal: true, language },
    });
    expect(first).toMatchObject({ check: "terminal", state: "warning", mend: { en: mend } });
    expect(more).toEqual([]);
  });

  test("a narrow terminal is a warning, but width and encoding do not matter in a pipe", async () => {
    const given = installed();
    const narrow = await wrong({ ...given, terminal: { onTerminal: true, columns: 40 } });
    expect(narrow).toMatchObject([
      { check: "terminal", state: "warning", what: { ja: "ターミナルの幅が 40 桁のため、表の列が一部省かれます" } },
    ]);
    expect(await wrong({ environment: { LANG: "C" }, terminal: { columns: 40 } })).toEqual([]);
  });

  test.each([
    ["/bin/bash", "echo 'source <(clomoctl completion bash)' >> ~/.bashrc"],
    ["/usr/bin/zsh", "echo 'source <(clomoctl completion zsh)' >> ~/.zshrc"],
    ["/usr/bin/fish", "clomoctl completion fish > ~/.config/fish/completions/clomoctl.fish"],
  ])("%s without completion is shown what to type", async (shell, mend) => {
    const given = installed();
    writeFileSync(join(given.userFolder ?? "", ".bashrc"), "# nothing\n");
    const found = await wrong({ ...given, environment: { SHELL: shell } });
    expect(found).toMatchObject([{ check: "completion", state: "warning", mend: { en: mend } }]);
  });

  test("accepts a completion that was installed with the program, and ignores other shells", async () => {
    const { userFolder = "", ...given } = installed();
    const file = join(userFolder, "share", "zsh", "site-functions", "_clomoctl");
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, "");
    expect(await wrong({ ...given, userFolder, environment: { SHELL: "/bin/zsh" } })).toEqual([]);
    expect(await wrong({ ...given, userFolder, environment: { SHELL: "/bin/tcsh" } })).toEqual([]);
    expect(await wrong({ ...given, userFolder, environment: { SHELL: "constructor" } })).toEqual([]);
  });

  test("reports manual pages that are not found, and looks in MANPATH, too", async () => {
    const { userFolder = "", ...given } = installed();
    const away = { ...given, userFolder, door: "/nowhere/bin/clomoctl" };
    expect(await wrong(away)).toMatchObject([{ check: "manual", state: "warning" }]);
    const environment = { ...given.environment, MANPATH: `:${join(userFolder, "share", "man")}` };
    expect(await wrong({ ...away, environment })).toEqual([]);
  });
});
