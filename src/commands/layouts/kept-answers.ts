import { join } from "node:path";
import type { ParsedMapFile } from "../../lib/csv/layout/map-parse.ts";
import { ensureFolder, readTrustedFile, writeProgramFile } from "../../lib/files/index.ts";
import { LOCAL_CONTEXT_NAME, type Home } from "../../lib/config/index.ts";
import { ANSWERS_FILE } from "../../lib/config/home.ts";
import type { Tools } from "../tools.ts";
import type { ListUse } from "./finding.ts";

/** Answers about a list whose plan was not applied. They contain headers and words, but no other values of the list. */
interface KeptAnswers extends ListUse {
  readonly context: string;
  readonly headers: readonly string[];
  readonly map: ParsedMapFile;
  /** UTC instant */
  readonly at: string;
}

const MAX_KEPT = 50;

const getPath = ({ settings }: Home): string => join(settings, ANSWERS_FILE);

function readAll({ home }: Pick<Tools, "home">): readonly KeptAnswers[] {
  try {
    return JSON.parse(readTrustedFile(getPath(home), home.userId) ?? "[]") as readonly KeptAnswers[];
  } catch (error) {
    // answers can be given again
    if (error instanceof SyntaxError) return [];
    throw error;
  }
}

type Asked = Pick<KeptAnswers, "use" | "kind" | "headers">;

const isFor =
  (context: string, { use, kind, headers }: Asked) =>
  (one: KeptAnswers) =>
    one.context === context && one.use === use && one.kind === kind && one.headers.join("\0") === headers.join("\0");

const getContextName = async ({ contexts, globals, environment }: Tools): Promise<string> =>
  (await contexts.inEffect(globals.context, environment))?.context.name ?? LOCAL_CONTEXT_NAME;

export async function findKeptAnswers(tools: Tools, asked: Asked): Promise<KeptAnswers | undefined> {
  return readAll(tools).find(isFor(await getContextName(tools), asked));
}

/** @param map undefined to forget the answers, because a layout has them now */
export async function keepAnswers(tools: Tools, asked: Asked, map: ParsedMapFile | undefined): Promise<void> {
  const { home, clock, temporary } = tools;
  const context = await getContextName(tools);
  const { use, kind, headers } = asked;
  const before = readAll(tools);
  const others = before.filter((one) => !isFor(context, asked)(one));
  const own = map && { context, use, kind, headers, map, at: clock.now().toISOString() };
  if (own === undefined && others.length === before.length) return;
  await ensureFolder(home.settings);
  const all = [...(own === undefined ? [] : [own]), ...others].slice(0, MAX_KEPT);
  await writeProgramFile(getPath(home), `${JSON.stringify(all)}\n`, { ...temporary, secret: true });
}
