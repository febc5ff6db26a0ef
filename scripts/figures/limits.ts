import { execFileSync } from "node:child_process";
import { existsSync, globSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** A number for each part of the checkout, by the part's name. */
export type Numbers = Readonly<Record<string, number>>;

/** The file of the limits, from the root of a checkout. Its numbers are lines, and may only fall. */
export const LIMITS_FILE = "scripts/figures/limits.json";

const TEST_FILE = /\.test\.ts$|^test\/.*\.ts$/;

/** The parts of `src`; a file belongs to the first that matches. */
const SOURCE_PARTS: readonly (readonly [name: string, path: RegExp])[] = [
  ["cli, commands", /^src\/(?:cli|commands)\b/],
  ["tenant", /^src\/lib\/(?:contract|tenant)\//],
  ["handover, renewals", /^src\/lib\/(?:advice|checks|document|handover|onboarding|plan|renewals)\//],
  ["model, rules", /^src\/lib\/(?:derived|model|nouns|rules)\//],
  ["csv, xlsx", /^src\/lib\/(?:csv|xlsx)\//],
  ["apple", /^src\/lib\/apple\//],
  ["rest of src", /^/],
];

/** The parts whose lines are limited. */
export const LIMITED = ["src", "tests", "generated"] as const;

const GENERATED = /^(?:man|docs\/(?:api|commands))\/|^src\/(?:commands\/index|lib\/advice\/catalogue)\.ts$/;

/** The lines that issues may add to the limits of the file. */
const ADDS: readonly Numbers[] = [
  // the issues up to "Storeys"
  { tests: 7_414 },
  { generated: 3_802 },
  // The manual, word for word, and pages one looks at
  { tests: 300 },
  // One server for many tenants
  { src: 900, tests: 700, generated: 300 },
  // Several machines
  { src: 1_100, tests: 900, generated: 200 },
];

/** The limits of these parts were removed once, because the judge limits only `src`, tests and generated files (044). */
const FORMER_LIMITS = SOURCE_PARTS.map(([name]) => name);

/** Lets git answer; undefined if there is no git, no repository or no such object. */
function askGit(root: string, ...args: readonly string[]): string | undefined {
  try {
    return execFileSync("git", args, { cwd: root, encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] });
  } catch {
    return undefined;
  }
}

/** Returns the files of a checkout that git does not ignore, with `/`. Without git: those of the counted folders. */
function findFiles(root: string): readonly string[] {
  const known = askGit(root, "ls-files", "-z", "--cached", "--others", "--exclude-standard")?.split("\0");
  const files = known ?? globSync(["{bench,scripts,src,test}/**/*.ts", "{man,docs}/**/*.*"], { cwd: root });
  return files.map((file) => file.replaceAll("\\", "/")).filter((file) => existsSync(join(root, file)));
}

/** Counts the lines of each part of a checkout. */
export function countLines(root: string): Numbers {
  const names = [...SOURCE_PARTS.map(([name]) => name), ...LIMITED];
  const counts = Object.fromEntries(names.map((name) => [name, 0]));
  for (const file of findFiles(root)) {
    const isTest = TEST_FILE.test(file);
    const part = SOURCE_PARTS.find(([, path]) => path.test(file))?.[0] ?? "";
    const parts = [
      ...(isTest ? ["tests"] : /^src\/.*\.ts$/.test(file) ? [part, "src"] : []),
      ...(GENERATED.test(file) ? ["generated"] : []),
    ];
    if (parts.length === 0) continue;
    const lines = readFileSync(join(root, file), "utf8").split("\n").length - 1;
    for (const name of parts) counts[name] = (counts[name] ?? 0) + lines;
  }
  return counts;
}

const parseLimits = (text: string | undefined): Numbers => JSON.parse(text ?? "{}") as Numbers;

/** Reads the limits of a checkout; none if the file is missing. */
export function readLimits(root: string): Numbers {
  const path = join(root, LIMITS_FILE);
  return parseLimits(existsSync(path) ? readFileSync(path, "utf8") : undefined);
}

/** Returns the most lines that a part may have; undefined if it has no limit. */
export const getLimit = (limits: Numbers, name: string, adds = ADDS): number | undefined => {
  const { [name]: limit } = limits;
  return limit === undefined ? undefined : adds.reduce((sum, { [name]: more = 0 }) => sum + more, limit);
};

/** Returns a line for each part that is larger than its limit. */
export const findExceeded = (counts: Numbers, limits: Numbers, adds = ADDS): readonly string[] =>
  LIMITED.flatMap((name) => {
    const [lines = 0, limit] = [counts[name], getLimit(limits, name, adds)];
    if (limit === undefined) return [`${name}: no limit in ${LIMITS_FILE}`];
    return lines > limit ? [`${name}: ${lines} lines, at most ${limit}`] : [];
  });

/**
 * Compares the limits of a checkout with the file's own first-parent history, and returns a line for each number that
 * was ever raised or removed; undefined if the history is not known, as in a shallow clone or an archive.
 */
export function findRaised(root: string): readonly string[] | undefined {
  if (askGit(root, "rev-parse", "--is-shallow-repository")?.trim() !== "false") return undefined;
  const commits = askGit(root, "log", "--first-parent", "--reverse", "--format=%h", "--", LIMITS_FILE);
  if (commits === undefined || commits === "") return undefined;
  const versions = commits
    .trim()
    .split("\n")
    .map((commit) => [commit, parseLimits(askGit(root, "show", `${commit}:./${LIMITS_FILE}`))] as const);
  const raised: string[] = [];
  let before: Numbers = {};
  for (const [version, limits] of [...versions, ["the checkout", readLimits(root)] as const]) {
    for (const [name, limit] of Object.entries(before)) {
      const after = limits[name];
      if (after === undefined && FORMER_LIMITS.includes(name)) continue;
      if (after === undefined) raised.push(`${name}: removed from ${LIMITS_FILE} in ${version}`);
      else if (!(after <= limit)) raised.push(`${name}: raised from ${limit} to ${after} in ${version}`);
    }
    before = limits;
  }
  return raised;
}
