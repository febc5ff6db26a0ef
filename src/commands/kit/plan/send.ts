import { planImport, watchWork, type Import, type NewImport } from "../../../lib/client/index.ts";
import type { ParsedMapFile } from "../../../lib/csv/layout/map-parse.ts";
import type { InputFile } from "../../../lib/files/index.ts";
import { dayOf } from "../../../lib/model/time.ts";
import { streamUntilAborted } from "../files/abortable-stream.ts";
import { resolveTimezone, type Tools } from "../tools.ts";
import { CHECKING } from "./progress.ts";
import type { InputFormat } from "../read-list/open-table.ts";
import { toRecordedName, type ImportRequest } from "../read-list/options.ts";

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

/** How much of the time of a plan is spent with reading the file; the rest is spent with comparing the rows. */
const READING_SHARE = 0.8;

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
  return tools.terminal.progress.during(CHECKING, (step) => {
    let read = 0;
    const chunks = streamUntilAborted(file.chunks(), tools.signal, (bytes) => {
      read += bytes;
      step.reach((read / file.bytes) * READING_SHARE);
    });
    const content = { stream: ReadableStream.from(chunks), encoding };
    const compare = (share: number): void => step.reach(READING_SHARE + share * (1 - READING_SHARE));
    return watchWork(compare, () => planImport(client, all, content, tools.signal));
  });
}
