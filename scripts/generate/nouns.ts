import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { Noun } from "../../src/lib/contract/route.ts";

/** A noun of the tenant API. */
export interface NounFile {
  /** the first part of its paths */
  readonly name: string;
  /** its file in `src/lib/contract`, whose name its handlers have, too */
  readonly file: string;
}

const nameOf = (file: string, { routes }: Noun): string => {
  const names = new Set(Object.values(routes).map(({ path }) => path.split("/")[2] ?? ""));
  const [name = "", ...others] = names;
  if (others.length > 0) throw new Error(`${file}: the paths of a noun begin alike, not with ${[...names].join(", ")}`);
  return name;
};

/**
 * Reads the nouns of the tenant API: each file that exports one by default, in the order of their names.
 *
 * @param folder `src/lib/contract`
 */
export async function readNouns(folder: string): Promise<readonly NounFile[]> {
  const files = (await readdir(folder)).filter((file) => /(?<!\.test)\.ts$/.test(file)).toSorted();
  const found = files.map(async (file): Promise<readonly NounFile[]> => {
    const path = join(folder, file);
    if (!/^export default /m.test(await readFile(path, "utf8"))) return [];
    const { default: noun } = (await import(pathToFileURL(path).href)) as { readonly default: Noun };
    return [{ name: nameOf(file, noun), file }];
  });
  return (await Promise.all(found)).flat();
}

const HEAD = "// Generated from the files of src/lib/contract by `npm run generate`; do not edit.";

const loaders = (nouns: readonly NounFile[]): string =>
  nouns
    .map(({ name, file }) => `  ${/^\w+$/.test(name) ? name : JSON.stringify(name)}: () => import("./${file}"),`)
    .join("\n");

/** The source of `src/lib/contract/index.ts`. */
export const contractSource = (nouns: readonly NounFile[]): string => `${HEAD}
${nouns.map(({ file }) => `export type * from "./${file}";`).join("\n")}

/** The nouns of the tenant API, each loaded on first use. The name of a noun is the first part of its paths. */
export const NOUNS = {
${loaders(nouns)}
} as const;

export type NounName = keyof typeof NOUNS;

/** The routes of a noun. */
export type RoutesOf<N extends NounName> = Awaited<ReturnType<(typeof NOUNS)[N]>>["default"]["routes"];

/** Loads the routes of a noun. */
export const loadRoutes = async <N extends NounName>(name: N): Promise<RoutesOf<N>> =>
  (await NOUNS[name]()).default.routes;
`;

/** The source of `src/lib/tenant/http/nouns.ts`: without a file of handlers for each noun it does not compile. */
export const handlersSource = (nouns: readonly NounFile[]): string => `${HEAD}
import type { NounName } from "../../contract/index.ts";
import type { Handlers, TenantParts } from "./handler.ts";

/** The handlers of each noun. Like the noun's contract, they are loaded with the first request for the noun. */
export const HANDLERS: {
  readonly [N in NounName]: () => Promise<{
    readonly default: (parts: TenantParts) => Handlers<N> | Promise<Handlers<N>>;
  }>;
} = {
${loaders(nouns)}
};
`;
