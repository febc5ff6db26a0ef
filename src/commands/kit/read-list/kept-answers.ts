import { join } from "node:path";
import { ANSWERS_FILE } from "../../../lib/config/home.ts";
import { LOCAL_CONTEXT_NAME } from "../../../lib/config/index.ts";
import type { ListAnswers, ParsedMapFile } from "../../../lib/csv/layout/map-parse.ts";
import { ensureFolder, readTrustedFile, writeProgramFile } from "../../../lib/files/index.ts";
import type { Tools } from "../tools.ts";
import type { ListUse } from "./find-table.ts";

/** Answers about lists whose plans were not applied, by context, use and headers; no other values of the lists. */
type KeptAnswers = Readonly<Record<string, { readonly map: ParsedMapFile; /** UTC instant */ readonly at: string }>>;

const MAX_KEPT = 50;

type AskedList = ListUse & Pick<ListAnswers, "headers">;

const keyOf = async ({ contexts, globals, environment }: Tools, { use, kind, headers }: AskedList): Promise<string> => {
  const chosen = await contexts.inEffect(globals.context, environment);
  return JSON.stringify([chosen?.context.name ?? LOCAL_CONTEXT_NAME, use, kind, headers]);
};

function readAll({ home }: Pick<Tools, "home">): KeptAnswers {
  try {
    return JSON.parse(readTrustedFile(join(home.folder, ANSWERS_FILE), home.userId) ?? "{}") as KeptAnswers;
  } catch (error) {
    // answers can be given again
    if (error instanceof SyntaxError) return {};
    throw error;
  }
}

export const findKeptAnswers = async (tools: Tools, asked: AskedList): Promise<KeptAnswers[string] | undefined> =>
  readAll(tools)[await keyOf(tools, asked)];

/** @param map undefined to forget the answers, because a layout has them now */
export async function keepAnswers(tools: Tools, asked: AskedList, map: ParsedMapFile | undefined): Promise<void> {
  const { home, clock, temporary } = tools;
  const key = await keyOf(tools, asked);
  const { [key]: before, ...others } = readAll(tools);
  if (map === undefined && before === undefined) return;
  const own = map && { [key]: { map, at: clock.now().toISOString() } };
  const kept = Object.fromEntries(Object.entries({ ...own, ...others }).slice(0, MAX_KEPT));
  await ensureFolder(home.folder);
  await writeProgramFile(join(home.folder, ANSWERS_FILE), `${JSON.stringify(kept)}\n`, { ...temporary, secret: true });
}
