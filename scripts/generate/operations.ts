import { globSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { AnyOperation } from "../../src/lib/tenant/subjects/operation.ts";

/** A table of operations: the noun with which their paths begin, the file, and the name of the export. */
interface OperationTable {
  readonly noun: string;
  readonly file: string;
  readonly name: string;
}

const isOperation = (value: unknown): value is AnyOperation =>
  typeof value === "object" && value !== null && "route" in value;

/** Reads the nouns of a file's tables from the routes of their operations. */
async function readTables(folder: string, file: string): Promise<readonly OperationTable[]> {
  const module = (await import(pathToFileURL(join(folder, file)).href)) as Readonly<Record<string, unknown>>;
  return Object.entries(module).flatMap(([name, table]) => {
    const operations = typeof table === "object" && table !== null ? Object.values(table) : [];
    if (operations.length === 0 || !operations.every(isOperation)) return [];
    const nouns = new Set(operations.map(({ route }) => /^[A-Z]+ \/v1\/([^/]+)/.exec(route)?.[1] ?? ""));
    const [noun = ""] = nouns;
    if (nouns.size !== 1 || noun === "") throw new Error(`${file}: the paths of ${name} do not begin with one noun`);
    return [{ noun, file, name }];
  });
}

/**
 * Returns the source of `src/lib/tenant/api/operations.ts`: the types of nouns, and all operations of a tenant by noun. They
 * are the exported tables in the files `…operations.ts` of the subjects and of signing in.
 */
export async function renderOperationsSource(root: string): Promise<readonly [path: string, source: string]> {
  const folder = join(root, "src", "lib", "tenant");
  const files = globSync("{subjects,api/sign-in}/*operations.ts", { cwd: folder }).map((file) =>
    file.replaceAll("\\", "/"),
  );
  const read = await Promise.all(files.toSorted().map(async (file) => readTables(folder, file)));
  const tables = read.flat().toSorted((one, other) => (one.noun < other.noun ? -1 : 1));
  const nouns = globSync("../nouns/!(index|*.test).ts", { cwd: folder }).map(
    (file) => `../${file.replaceAll("\\", "/")}`,
  );
  const types = [...nouns, ...new Set(tables.map(({ file }) => `../${file}`))].toSorted();
  const source = `// Generated from the subjects and nouns by \`npm run generate\`; do not edit.
${types.map((file) => `export type * from "${file}";`).join("\n")}

import type { Operations } from "../subjects/operation.ts";

/** All operations, by the noun with which their paths begin; a noun is loaded when it is first needed. */
export const OPERATIONS = {
${tables.map(({ noun, file, name }) => `  "${noun}": async () => (await import("../${file}")).${name},`).join("\n")}
} as const satisfies Readonly<Record<string, () => Promise<Operations>>>;

export type OperationNoun = keyof typeof OPERATIONS;
export type OperationsOf<N extends OperationNoun> = Awaited<ReturnType<(typeof OPERATIONS)[N]>>;
`;
  return ["src/lib/tenant/api/operations.ts", source];
}
