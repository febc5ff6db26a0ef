import { commandName } from "../../lib/advice/index.ts";
import { basename, dirname, join } from "node:path";
import { readSmallFile } from "../../lib/files/index.ts";
import { readFileStatus } from "../../lib/files/look.ts";
import { formatLocalInstant } from "../../lib/model/time.ts";
import { same, text } from "../../lib/text/index.ts";
import type { Tools } from "../tools.ts";
import {
  collectFindings,
  createOkFinding,
  createProblemFinding,
  createWarningFinding,
  type Finding,
} from "./finding.ts";

/** Oldest major version of Node.js that clomoctl runs on. Odd versions are supported for only half a year. */
const MIN_NODE_MAJOR = 24;

/** The platforms that releases are built for. */
const RELEASE_PLATFORMS: readonly string[] = ["linux x64", "linux arm64", "darwin arm64", "win32 x64"];

/** The program was written after this time, so a clock that shows an earlier time is wrong. */
const MIN_PLAUSIBLE_TIME = Date.UTC(2026, 10, 1);

/** On a narrower terminal, tables leave out most of their columns. */
const MIN_COLUMNS = 60;

/** Language features of Node.js, which some builds leave out. */
export interface LanguageSupport {
  readonly collates: (language: string) => boolean;
  readonly decode: (bytes: Uint8Array) => string;
}

const NODE_LANGUAGE_SUPPORT: LanguageSupport = {
  collates: (language) => Intl.Collator.supportedLocalesOf([language]).length > 0,
  decode: (bytes) => new TextDecoder("shift_jis").decode(bytes),
};

/** Checks the machine and how the program is installed on it. */
export async function checkMachine(
  tools: Tools,
  languages: LanguageSupport = NODE_LANGUAGE_SUPPORT,
): Promise<readonly Finding[]> {
  const all = [
    await collectFindings(tools, "node", () => [checkNode(tools)]),
    await collectFindings(tools, "character-sets", () => [checkCharacterSets(languages)]),
    await collectFindings(tools, "clock", () => [checkClock(tools)]),
    await collectFindings(tools, "terminal", () => [checkTerminal(tools)]),
    // without a terminal, nobody presses Tab or reads a manual page
    ...(tools.terminal.onTerminal && tools.machine.platform !== "win32"
      ? [
          await collectFindings(tools, "completion", () => checkCompletion(tools)),
          await collectFindings(tools, "manual", async () => [await checkManualPages(tools)]),
        ]
      : []),
  ];
  return all.flat();
}

function checkNode({ machine }: Tools): Finding {
  const { nodeVersion, platform, architecture, node } = machine;
  const [place, major] = [`${platform} ${architecture}`, Number(nodeVersion.split(".")[0])];
  const what = text(`${nodeVersion} on ${place} (${node})`, `${nodeVersion}、${place}(${node})`);
  if (major < MIN_NODE_MAJOR) {
    const mend = text(
      `install Node.js ${MIN_NODE_MAJOR} or newer`,
      `Node.js ${MIN_NODE_MAJOR} 以降をインストールしてください`,
    );
    return createProblemFinding("node", what, mend);
  }
  if (major % 2 === 1) {
    return createWarningFinding(
      "node",
      text(`${what.en}: this version does not have long-term support`, `${what.ja}: 長期サポート版ではありません`),
      text("install an even-numbered version of Node.js", "偶数のバージョンの Node.js をインストールしてください"),
    );
  }
  if (RELEASE_PLATFORMS.includes(place)) return createOkFinding("node", what);
  const known = RELEASE_PLATFORMS.join(", ");
  return createWarningFinding(
    "node",
    text(`${what.en}: clomoctl is not tested on this platform`, `${what.ja}: この環境では動作を確認していません`),
    text(`use a platform for which releases are built: ${known}`, `配布版がある環境で使ってください: ${known}`),
  );
}

/** A Japanese letter, to compare with the decoded {@link SHIFT_JIS_SAMPLE}. */
const SAMPLE_LETTER = "あ";
const SHIFT_JIS_SAMPLE = Uint8Array.of(0x82, 0xa0);

function checkCharacterSets({ collates, decode }: LanguageSupport): Finding {
  let decoded = "";
  try {
    decoded = decode(SHIFT_JIS_SAMPLE);
  } catch {
    // a Node.js build without the Shift_JIS table throws an error
  }
  if (decoded === SAMPLE_LETTER && collates("ja"))
    return createOkFinding(
      "character-sets",
      text("Shift_JIS and Japanese are supported", "Shift_JIS と日本語に対応しています"),
    );
  return createProblemFinding(
    "character-sets",
    text(
      "this Node.js was built without Japanese support (ICU)",
      "この Node.js は日本語への対応(ICU)なしでビルドされています",
    ),
    text("install Node.js from https://nodejs.org/", "https://nodejs.org/ の Node.js をインストールしてください"),
  );
}

function checkClock({ clock, machine }: Tools): Finding {
  const now = clock.now();
  const shown = formatLocalInstant(now, machine.timezone);
  const what = text(`${shown} (${machine.timezone})`, `${shown}(${machine.timezone})`);
  if (now.getTime() >= MIN_PLAUSIBLE_TIME) return createOkFinding("clock", what);
  return createProblemFinding(
    "clock",
    text(
      `${what.en}: the clock is set to a time before clomoctl was made`,
      `${what.ja}: 時計が clomoctl の作成より前の時刻になっています`,
    ),
    text("set the clock: it is used to count the days left", "時計を合わせてください(残り日数の計算に使います)"),
  );
}

function checkTerminal({ terminal, environment, machine }: Tools): Finding {
  const { language, columns, onTerminal } = terminal;
  const locale =
    ["LC_ALL", "LC_CTYPE", "LANG"].map((name) => environment[name] ?? "").find((value) => value !== "") ?? "";
  if (!onTerminal)
    return createOkFinding("terminal", text(`no terminal; language ${language}`, `ターミナルなし(言語 ${language})`));
  if (machine.platform !== "win32" && !/utf-?8/i.test(locale)) {
    return createWarningFinding(
      "terminal",
      text(
        `the character encoding is not UTF-8 (${locale || "no locale"}), so Japanese may be unreadable`,
        `文字コードが UTF-8 ではありません(${locale || "ロケールなし"})。日本語が読めないことがあります`,
      ),
      same(language === "ja" ? "export LANG=ja_JP.UTF-8" : "export LANG=en_US.UTF-8"),
    );
  }
  if (columns < MIN_COLUMNS) {
    return createWarningFinding(
      "terminal",
      text(
        `the terminal is ${columns} characters wide, so tables leave columns out`,
        `ターミナルの幅が ${columns} 桁のため、表の列が一部省かれます`,
      ),
      text("make the window wider, or use --format json", "ウィンドウを広げるか、--format json を指定してください"),
    );
  }
  return createOkFinding(
    "terminal",
    text(`UTF-8, ${columns} columns, language ${language}`, `UTF-8、幅 ${columns} 桁、言語 ${language}`),
  );
}

/** Returns the folders under which installed programs keep their shared files. */
const listInstallRoots = ({ machine }: Tools): readonly string[] => [
  dirname(dirname(machine.door)),
  "/usr/local",
  "/usr",
];

/** Files that enable completion in a shell: completion files, or start-up files if they mention the program. */
interface ShellCompletionFiles {
  readonly files: readonly string[];
  readonly startup: readonly string[];
  /** the command that enables completion */
  readonly mend: string;
}

const SHELL_COMPLETION_FILES: Readonly<Record<string, ShellCompletionFiles>> = {
  bash: {
    files: ["share/bash-completion/completions/clomoctl"],
    startup: [".bashrc", ".bash_profile", ".bash_completion"],
    mend: `echo 'source <(${commandName("completion")} bash)' >> ~/.bashrc`,
  },
  zsh: {
    files: ["share/zsh/vendor-completions/_clomoctl", "share/zsh/site-functions/_clomoctl"],
    startup: [".zshrc"],
    mend: `echo 'source <(${commandName("completion")} zsh)' >> ~/.zshrc`,
  },
  fish: {
    files: ["share/fish/vendor_completions.d/clomoctl.fish"],
    startup: [".config/fish/completions/clomoctl.fish", ".config/fish/config.fish"],
    mend: `${commandName("completion")} fish > ~/.config/fish/completions/clomoctl.fish`,
  },
};

const MAX_STARTUP_FILE_BYTES = 1024 * 1024;

async function checkCompletion(tools: Tools): Promise<readonly Finding[]> {
  const shell = basename(tools.environment["SHELL"] ?? "");
  const places = Object.hasOwn(SHELL_COMPLETION_FILES, shell) ? SHELL_COMPLETION_FILES[shell] : undefined;
  if (places === undefined) return [];
  const { userFolder } = tools.machine;
  const roots = [...listInstallRoots(tools), join(userFolder, ".local")];
  const shared = roots.flatMap((root) => places.files.map((file) => join(root, file)));
  for (const file of shared) {
    if ((await readFileStatus(file)) !== undefined)
      return [createOkFinding("completion", text(`${shell}: ${file}`, `${shell}: ${file}`))];
  }
  for (const name of places.startup) {
    const file = join(userFolder, name);
    const read = await readSmallFile(file, MAX_STARTUP_FILE_BYTES).catch(() => undefined);
    const content = Buffer.from(read?.bytes ?? []).toString("utf8");
    if (content.includes("clomoctl"))
      return [createOkFinding("completion", text(`${shell}: ${file}`, `${shell}: ${file}`))];
  }
  const what = text(
    `completion of clomoctl commands is not set up in ${shell}`,
    `${shell} で clomoctl の補完が使えません`,
  );
  return [createWarningFinding("completion", what, same(places.mend))];
}

async function checkManualPages(tools: Tools): Promise<Finding> {
  const given = (tools.environment["MANPATH"] ?? "").split(":").filter((folder) => folder !== "");
  const folders = [...given, ...listInstallRoots(tools).map((root) => join(root, "share", "man"))];
  for (const folder of folders) {
    for (const name of ["clomoctl.1", "clomoctl.1.gz"]) {
      const file = join(folder, "man1", name);
      if ((await readFileStatus(file)) !== undefined) return createOkFinding("manual", text(file, file));
    }
  }
  return createWarningFinding(
    "manual",
    text("man clomoctl does not find a manual page", "man clomoctl で表示できるページがありません"),
    text(
      "install clomoctl from a release or with npm install -g; clomoctl help shows the same content",
      "リリース版か npm install -g でインストールしてください(clomoctl help でも同じ内容を読めます)",
    ),
  );
}
