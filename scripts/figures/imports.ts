import { globSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path/posix";

/** The storeys of a tenant, the lowest first. */
const STOREYS = ["store", "ledger", "plans", "subjects", "api"];

/** Matches the file of an import or export: of values, of types, or of one that is loaded later. */
const IMPORTED = /(?:\bfrom|\bimport\()\s*"(\.[^"]+\.ts)"/g;

interface Import {
  readonly from: string;
  readonly to: string;
}

/** What must be 0. */
export interface ImportFaults {
  readonly "upward imports of storeys": readonly string[];
  readonly "imports of others' verbs": readonly string[];
  readonly "circles of folders": readonly string[];
}

const listImports = (root: string): readonly Import[] =>
  globSync("src/**/*.ts", { cwd: root })
    .map((file) => file.replaceAll("\\", "/"))
    .filter((file) => !file.endsWith(".test.ts"))
    .flatMap((from) =>
      [...readFileSync(join(root, from), "utf8").matchAll(IMPORTED)].map(([, file = ""]) => ({
        from,
        to: join(dirname(from), file),
      })),
    );

const getStorey = (file: string): number => STOREYS.indexOf(/^src\/lib\/tenant\/([^/]+)\//.exec(file)?.[1] ?? "");

const getNoun = (file: string): string | undefined => /^src\/commands\/([^/]+)\//.exec(file)?.[1];

const isOfOtherVerb = ({ from, to }: Import): boolean => {
  const [own, other] = [getNoun(from), getNoun(to)];
  return own !== undefined && to.startsWith("src/commands/") && other !== "kit" && other !== own;
};

/** Returns the groups of folders that import each other, directly or through others. */
function findFolderCircles(imports: readonly Import[]): readonly string[] {
  const uses = Map.groupBy(imports, ({ from }) => dirname(from));
  const reach = (start: string): ReadonlySet<string> => {
    const seen = new Set<string>();
    const open = [start];
    for (let folder = open.pop(); folder !== undefined; folder = open.pop())
      for (const next of (uses.get(folder) ?? []).map(({ to }) => dirname(to)).filter((one) => one !== folder))
        if (!seen.has(next)) open.push(seen.add(next) && next);
    return seen;
  };
  const reached = new Map([...uses.keys()].map((folder) => [folder, reach(folder)]));
  const groups = [...reached].map(([folder, own]) =>
    [...own].filter((other) => reached.get(other)?.has(folder) === true).toSorted(),
  );
  return [...new Set(groups.filter((group) => group.length > 0).map((group) => group.join(", ")))];
}

/** Counts imports of values and types, and those that are loaded later. @param root checkout */
export function findImportFaults(root: string): ImportFaults {
  const imports = listImports(root);
  const describe = (found: readonly Import[]): readonly string[] => found.map(({ from, to }) => `${from} → ${to}`);
  return {
    "upward imports of storeys": describe(
      imports.filter(
        ({ from, to }) => getStorey(from) >= 0 && to.startsWith("src/lib/tenant/") && getStorey(to) > getStorey(from),
      ),
    ),
    "imports of others' verbs": describe(imports.filter(isOfOtherVerb)),
    "circles of folders": findFolderCircles(imports),
  };
}
