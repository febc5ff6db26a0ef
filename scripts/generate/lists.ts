import { GLOBAL_OPTIONS } from "../../src/commands/kit/globals.ts";
import { renderCatalogueSource } from "./catalogue.ts";
import type { NounFolder } from "./commands.ts";
import { renderIndexSource } from "./index-source.ts";

/** Returns the sources that list all commands, by path. The build writes them; they are not kept in git. */
export const renderProgramLists = (program: NounFolder): readonly (readonly [path: string, source: string])[] => [
  ["src/commands/index.ts", renderIndexSource(program)],
  ["src/lib/advice/catalogue.ts", renderCatalogueSource(program, GLOBAL_OPTIONS)],
];
