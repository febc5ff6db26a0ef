import { line, type CommandLine } from "../../../lib/advice/index.ts";
import { FORMATS } from "../../../lib/derived/formats.ts";
import type { ImportKind } from "../../../lib/client/index.ts";

export const buildConsoleImportCommand = (kind: ImportKind): CommandLine =>
  line("console sync", ["EXPORT.csv"], { app: FORMATS[kind].app });
