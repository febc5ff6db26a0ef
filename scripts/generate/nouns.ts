import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { Noun } from "../../src/lib/contract/route.ts";

/** A noun of the tenant API. */
export interface NounFile {
  /** the first segment of its paths */
  readonly name: string;
  /** name of its file in `src/lib/contract`; the file of its handlers has the same name */
  readonly file: string;
}

const getNounName = (file: string, { routes }: Noun): string => {
  const names = new Set(Object.values(routes).map(({ path }) => path.split("/")[2] ?? ""));
  const [name = "", ...others] = names;
  if (others.length > 0) throw new Error(`${file}: the paths of a noun begin alike, not with ${[...names].join(", ")}`);
  return name;
};

/**
 * Reads the nouns of the tenant API, sorted by name. Each file that exports a noun by default declares one.
 *
 * @param folder `src/lib/contract`
 */
export async function readNouns(folder: string): Promise<readonly NounFile[]> {
  const files = (await readdir(folder)).filter((file) => /(?<!\.test)\.ts$/.test(file)).toSorted();
  const found = files.map(async (file): Promise<readonly NounFile[]> => {
    const path = join(folder, file);
    if (!/^export default /m.test(await readFile(path, "utf8"))) return [];
    const { default: noun } = (await import(pathToFileURL(path).href)) as { readonly default: Noun };
    return [{ name: getNounName(file, noun), file }];
  });
  return (await Promise.all(found)).flat();
}

const GENERATED_HEADER = "// Generated from the files of src/lib/contract by `npm run generate`; do not edit.";

const renderLoaders = (nouns: readonly NounFile[]): string =>
  nouns
    .map(({ name, file }) => `  ${/^\w+$/.test(name) ? name : JSON.stringify(name)}: () => import("./${file}"),`)
    .join("\n");

/** Returns the source of `src/lib/contract/index.ts`. */
export const renderContractSource = (nouns: readonly NounFile[]): string => `${GENERATED_HEADER}
${nouns.map(({ file }) => `export type * from "./${file}";`).join("\n")}

/** The nouns of the tenant API, each loaded on first use. The name of a noun is the first part of its paths. */
export const NOUNS = {
${renderLoaders(nouns)}
} as const;

export type NounName = keyof typeof NOUNS;

/** The routes of a noun. */
export type RoutesOf<N extends NounName> = Awaited<ReturnType<(typeof NOUNS)[N]>>["default"]["routes"];

/** Loads the routes of a noun. */
export const loadRoutes = async <N extends NounName>(name: N): Promise<RoutesOf<N>> =>
  (await NOUNS[name]()).default.routes;
`;

/**
 * Returns the source of `src/lib/tenant/http/nouns.ts`. It does not compile unless every noun has a file of handlers.
 */
export const renderHandlersSource = (nouns: readonly NounFile[]): string => `${GENERATED_HEADER}
import type { NounName } from "../../contract/index.ts";
import type { Handlers, TenantParts } from "./handler.ts";

/** The handlers of each noun. Like the noun's contract, they are loaded with the first request for the noun. */
export const HANDLERS: {
  readonly [N in NounName]: () => Promise<{
    readonly default: (parts: TenantParts) => Handlers<N> | Promise<Handlers<N>>;
  }>;
} = {
${renderLoaders(nouns)}
};
`;
