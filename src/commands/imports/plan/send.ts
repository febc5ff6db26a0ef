import { planImport, type Import } from "../../../lib/client/index.ts";
import type { ColumnMap } from "../../../lib/csv/layout/map.ts";
import { BYTES, ROWS } from "../../../lib/terminal/index.ts";
import { text } from "../../../lib/text/index.ts";
import type { Tools } from "../../tools.ts";
import { detectReading, type Reading, type ReadingChoice } from "./reading.ts";
import type { InputFile } from "../../../lib/files/index.ts";
import type { ImportOptions, ImportRequest } from "./options.ts";

/** Determines how to read a file, and notes what is odd about it. */
export async function examineFile(
  { terminal, signal }: Pick<Tools, "terminal" | "signal">,
  file: InputFile,
  options: ReadingChoice & Pick<ImportOptions, "newline">,
): Promise<Reading> {
  const reading = await detectReading(file, { ...options, signal });
  const { newline } = reading;
  if (options.newline !== "auto" && newline !== undefined && newline !== options.newline) {
    await terminal.warn(
      text(
        `the header row of ${file.label} ends in ${newline.toUpperCase()}, not ${options.newline.toUpperCase()}`,
        `${file.label} のヘッダー行の改行は ${options.newline.toUpperCase()} ではなく ${newline.toUpperCase()} です`,
      ),
    );
  }
  return reading;
}

/** Sends a file to the tenant and gets its plan. @throws `interrupted` when a signal comes */
export async function sendFile(
  tools: Tools,
  file: InputFile,
  requested: ImportRequest,
  reading: Reading,
  map: ColumnMap | undefined,
): Promise<Import> {
  const { client } = await tools.tenant("imports");
  const { mode, blank, absent, skipInvalid, allowUnknownColumns } = requested.options;
  const { kind, key, createOrgs = false, createGroups = false } = requested;
  const request = {
    kind,
    mode,
    blank,
    absent,
    skipInvalid,
    allowUnknownColumns,
    createOrgs,
    createGroups,
    delimiter: reading.dialect.delimiter,
    fileName: requested.file.slice(-LONGEST_NAME),
    key,
    map,
  };
  const stream = streamOf(tools, file);
  const plan = await planImport(client, request, { stream, encoding: reading.encoding }, tools.signal);
  tools.terminal.progress.stop();
  return plan;
}

/** A file's bytes as the tenant takes them, with progress. */
export function streamOf({ terminal }: Pick<Tools, "terminal">, file: InputFile): ReadableStream<Uint8Array> {
  const step = terminal.progress.start({
    id: "check",
    name: text("Checking", "検査"),
    unit: BYTES,
    total: file.bytes,
  });
  const compare = (): void => {
    terminal.progress.start({ id: "compare", name: text("Comparing", "比較"), unit: ROWS });
  };
  return ReadableStream.from(counted(file.chunks(), (bytes) => step.advance(bytes), compare));
}

const LONGEST_NAME = 255;

async function* counted(
  chunks: AsyncIterable<Uint8Array>,
  advance: (bytes: number) => void,
  end: () => void,
): AsyncGenerator<Uint8Array> {
  for await (const chunk of chunks) {
    yield chunk;
    advance(chunk.length);
  }
  end();
}
