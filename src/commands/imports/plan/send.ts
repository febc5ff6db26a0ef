import { planImport, type Import, type NewImport } from "../../../lib/client/index.ts";
import type { ParsedMapFile } from "../../../lib/csv/layout/map-parse.ts";
import type { InputFile } from "../../../lib/files/index.ts";
import { dayOf } from "../../../lib/model/time.ts";
import { BYTE_UNIT } from "../../../lib/terminal/index.ts";
import { text } from "../../../lib/text/index.ts";
import { streamUntilAborted } from "../../csv/file/abortable-stream.ts";
import { resolveTimezone, type Tools } from "../../tools.ts";
import type { InputFormat } from "./reading.ts";
import { toRecordedName, type ImportRequest } from "./options.ts";

const MATCHING_OPTIONS = ["mode", "key", "blank", "orgBy", "undeletable"] as const;
const REQUEST_OPTIONS = [...MATCHING_OPTIONS, "createOrgs", "createGroups", "skipInvalid", "allow"] as const;

export async function sendFile(
  tools: Tools,
  file: InputFile,
  requested: ImportRequest,
  reading: InputFormat,
  map: ParsedMapFile | undefined,
  learns = false,
): Promise<Import> {
  const { kind, file: name, options, orgs } = requested;
  return sendRequest(
    tools,
    file,
    name,
    { reading, map, learns },
    {
      ...Object.fromEntries(REQUEST_OPTIONS.map((one) => [one, options[one]])),
      kind,
      orgs,
      today: dayOf(tools.clock.now(), resolveTimezone(tools, await tools.tenant("imports"))),
      generatePasswords: options.generatePasswords === undefined ? undefined : true,
      forConsole: options.emitCsv === undefined ? undefined : true,
    },
  );
}

/** @param name name of the file as typed @param request what is not known from the reading of the file */
export async function sendRequest(
  tools: Tools,
  file: InputFile,
  name: string,
  { reading, map, learns }: { reading: InputFormat; map: ParsedMapFile | undefined; learns: boolean },
  request: NewImport,
): Promise<Import> {
  const { client, context } = await tools.tenant("imports");
  const { dialect, encoding, sheet, headerRow } = reading;
  const all: NewImport = {
    ...request,
    delimiter: dialect.delimiter,
    sheet,
    headerRow: headerRow === 1 ? undefined : headerRow,
    fileName: toRecordedName(name, context).slice(-255),
    map: map && { ...map, options: learns ? map.options : undefined },
    learns: learns || undefined,
  };
  const step = tools.terminal.progress.start({
    id: "check",
    name: text("Checking", "検査"),
    unit: BYTE_UNIT,
    total: file.bytes,
  });
  const chunks = streamUntilAborted(file.chunks(), tools.signal, (bytes) => step.advance(bytes));
  const plan = await planImport(client, all, { stream: ReadableStream.from(chunks), encoding }, tools.signal);
  tools.terminal.progress.stop();
  return plan;
}
