import { basename, dirname, join } from "node:path";
import { line } from "../../lib/advice/index.ts";
import { readShort } from "../../lib/files/index.ts";
import { lookAt } from "../../lib/files/look.ts";
import { same, text } from "../../lib/text/index.ts";
import type { Tools } from "../tools.ts";
import { found, ok, problem, warning, type Finding } from "./finding.ts";

/** The least Node the program runs on; those of odd numbers are supported for half a year. */
const NODE_NEEDED = 24;

/** The machines that releases are made for. */
const KNOWN_MACHINES: readonly string[] = ["linux x64", "linux arm64", "darwin arm64", "win32 x64"];

/** The program was written after this moment: an earlier one is wrong. */
const NOT_BEFORE = Date.UTC(2026, 10, 1);

/** Below this tables leave out much of what they have. */
const MIN_COLUMNS = 60;

/** What Node can do with languages; some builds leave it out. */
export interface Languages {
  readonly collates: (language: string) => boolean;
  readonly decode: (bytes: Uint8Array) => string;
}

const NODES: Languages = {
  collates: (language) => Intl.Collator.supportedLocalesOf([language]).length > 0,
  decode: (bytes) => new TextDecoder("shift_jis").decode(bytes),
};

/** Looks at the machine and how the program is installed there. */
export async function checkMachine(tools: Tools, languages: Languages = NODES): Promise<readonly Finding[]> {
  const all = [
    await found(tools, "node", () => [nodeFinding(tools)]),
    await found(tools, "character-sets", () => [languageFinding(languages)]),
    await found(tools, "clock", () => [clockFinding(tools)]),
    await found(tools, "terminal", () => [terminalFinding(tools)]),
    // nobody presses Tab, or reads a page, where there is no terminal
    ...(tools.terminal.onTerminal && tools.machine.platform !== "win32"
      ? [
          await found(tools, "completion", () => completionFindings(tools)),
          await found(tools, "manual", async () => [await manualFinding(tools)]),
        ]
      : []),
  ];
  return all.flat();
}

function nodeFinding({ machine }: Tools): Finding {
  const { nodeVersion, platform, architecture, node } = machine;
  const [place, major] = [`${platform} ${architecture}`, Number(nodeVersion.split(".")[0])];
  const what = text(`${nodeVersion} on ${place} (${node})`, `${nodeVersion}、${place}(${node})`);
  if (major < NODE_NEEDED) {
    const mend = text(
      `install Node.js ${NODE_NEEDED} or newer`,
      `Node.js ${NODE_NEEDED} 以降をインストールしてください`,
    );
    return problem("node", what, mend);
  }
  if (major % 2 === 1) {
    return warning(
      "node",
      text(`${what.en}: a version without long-term support`, `${what.ja}: 長期サポート版ではありません`),
      text("install one with an even number", "偶数のバージョンをインストールしてください"),
    );
  }
  if (KNOWN_MACHINES.includes(place)) return ok("node", what);
  const known = KNOWN_MACHINES.join(", ");
  return warning(
    "node",
    text(`${what.en}: not tried there`, `${what.ja}: この環境では動作を確認していません`),
    text(`releases are made for ${known}`, `リリースの対象: ${known}`),
  );
}

/** A letter, and its bytes in Shift_JIS. */
const SAMPLE = "あ";
const SAMPLE_BYTES = Uint8Array.of(0x82, 0xa0);

function languageFinding({ collates, decode }: Languages): Finding {
  let decoded = "";
  try {
    decoded = decode(SAMPLE_BYTES);
  } catch {
    // a build of Node without the table refuses it
  }
  if (decoded === SAMPLE && collates("ja"))
    return ok("character-sets", text("Shift_JIS and Japanese", "Shift_JIS と日本語"));
  return problem(
    "character-sets",
    text("this Node.js was built without Japanese (ICU)", "この Node.js は日本語(ICU)なしでビルドされています"),
    text("install Node.js from https://nodejs.org/", "https://nodejs.org/ の Node.js をインストールしてください"),
  );
}

function clockFinding({ clock, machine }: Tools): Finding {
  const now = clock.now();
  const what = text(`${now.toISOString()} (${machine.timezone})`, `${now.toISOString()}(${machine.timezone})`);
  if (now.getTime() >= NOT_BEFORE) return ok("clock", what);
  return problem(
    "clock",
    text(`${what.en}: earlier than this program`, `${what.ja}: このプログラムより前の時刻です`),
    text("set the clock; days left are counted by it", "時計を合わせてください(残り日数の計算に使います)"),
  );
}

function terminalFinding({ terminal, environment, machine }: Tools): Finding {
  const { language, columns, onTerminal } = terminal;
  const locale =
    ["LC_ALL", "LC_CTYPE", "LANG"].map((name) => environment[name] ?? "").find((value) => value !== "") ?? "";
  if (!onTerminal) return ok("terminal", text(`none; language ${language}`, `なし(言語 ${language})`));
  if (machine.platform !== "win32" && !/utf-?8/i.test(locale)) {
    return warning(
      "terminal",
      text(
        `its encoding is not UTF-8 (${locale || "no locale"}): Japanese may be unreadable`,
        `文字コードが UTF-8 ではありません(${locale || "ロケールなし"})。日本語が読めないことがあります`,
      ),
      same(language === "ja" ? "export LANG=ja_JP.UTF-8" : "export LANG=en_US.UTF-8"),
    );
  }
  if (columns < MIN_COLUMNS) {
    return warning(
      "terminal",
      text(`${columns} columns: tables leave columns out`, `幅 ${columns} 桁: 表の列が一部省かれます`),
      text("make the window wider, or pass --format json", "ウィンドウを広げるか、--format json を指定してください"),
    );
  }
  return ok(
    "terminal",
    text(`UTF-8, ${columns} columns, language ${language}`, `UTF-8、幅 ${columns} 桁、言語 ${language}`),
  );
}

/** Where installed programs have their shared files. */
const rootsOf = ({ machine }: Tools): readonly string[] => [dirname(dirname(machine.door)), "/usr/local", "/usr"];

/** How a shell comes to complete: files that are enough by themselves, and start-up files that may name the program. */
interface ShellPlaces {
  readonly files: readonly string[];
  readonly startup: readonly string[];
  /** what to type */
  readonly mend: string;
}

const SHELLS: Readonly<Record<string, ShellPlaces>> = {
  bash: {
    files: ["share/bash-completion/completions/clomoctl"],
    startup: [".bashrc", ".bash_profile", ".bash_completion"],
    mend: `echo 'source <(${line("completion", ["bash"])})' >> ~/.bashrc`,
  },
  zsh: {
    files: ["share/zsh/vendor-completions/_clomoctl", "share/zsh/site-functions/_clomoctl"],
    startup: [".zshrc"],
    mend: `echo 'source <(${line("completion", ["zsh"])})' >> ~/.zshrc`,
  },
  fish: {
    files: ["share/fish/vendor_completions.d/clomoctl.fish"],
    startup: [".config/fish/completions/clomoctl.fish", ".config/fish/config.fish"],
    mend: `${line("completion", ["fish"])} > ~/.config/fish/completions/clomoctl.fish`,
  },
};

const MAX_BYTES = 1024 * 1024;

async function completionFindings(tools: Tools): Promise<readonly Finding[]> {
  const shell = basename(tools.environment["SHELL"] ?? "");
  const places = Object.hasOwn(SHELLS, shell) ? SHELLS[shell] : undefined;
  if (places === undefined) return [];
  const { userFolder } = tools.machine;
  const roots = [...rootsOf(tools), join(userFolder, ".local")];
  const shared = roots.flatMap((root) => places.files.map((file) => join(root, file)));
  for (const file of shared) {
    if ((await lookAt(file)) !== undefined) return [ok("completion", text(`${shell}: ${file}`, `${shell}: ${file}`))];
  }
  for (const name of places.startup) {
    const file = join(userFolder, name);
    const read = await readShort(file, MAX_BYTES).catch(() => undefined);
    const content = Buffer.from(read?.bytes ?? []).toString("utf8");
    if (content.includes("clomoctl")) return [ok("completion", text(`${shell}: ${file}`, `${shell}: ${file}`))];
  }
  const what = text(`${shell} does not complete clomoctl`, `${shell} で clomoctl の補完が使えません`);
  return [warning("completion", what, same(places.mend))];
}

async function manualFinding(tools: Tools): Promise<Finding> {
  const given = (tools.environment["MANPATH"] ?? "").split(":").filter((folder) => folder !== "");
  const folders = [...given, ...rootsOf(tools).map((root) => join(root, "share", "man"))];
  for (const folder of folders) {
    for (const name of ["clomoctl.1", "clomoctl.1.gz"]) {
      const file = join(folder, "man1", name);
      if ((await lookAt(file)) !== undefined) return ok("manual", text(file, file));
    }
  }
  return warning(
    "manual",
    text("man clomoctl finds no page", "man clomoctl で表示できるページがありません"),
    text(
      "install a release or with npm install -g; all of it is also in clomoctl help",
      "リリース版か npm install -g でインストールしてください(clomoctl help でも同じ内容を読めます)",
    ),
  );
}
