import type { Import, PlanRow } from "../../../lib/client/index.ts";
import { writeFileAtomically } from "../../../lib/config/index.ts";
import { createEncoder } from "../../../lib/csv/encode.ts";
import { formatRecord } from "../../../lib/csv/write.ts";
import { noteCounts } from "../../csv/file/encoded.ts";
import { loadColumnMap } from "../../csv/file/column-map.ts";
import type { Tools } from "../../tools.ts";
import { ConsoleColumns } from "./console-columns.ts";
import { EncodingCheck } from "./encoding-check.ts";
import { secretRows, type SecretRow, type SecretSource } from "./secret-rows.ts";

/** What a file for the console holds. */
export interface ConsoleFile {
  readonly rows: number;
  /** rows of users that exist already, in a file without their password, and the keys of the first ones */
  readonly withoutPassword: { readonly count: number; readonly first: readonly string[] };
}

const MOST_NAMED = 5;

/**
 * Writes the rows of a plan as a file for the console, 0600: in the encoding of the account's language, with CRLF. With
 * `append` the rows that create, update or set a secret; with `replace` every row.
 *
 * @param done called when the file is whole; where it throws, no file is left
 * @throws `input-rejected` when the encoding cannot hold a character, or the input file changed
 */
export async function writeConsoleFile(
  tools: Tools,
  path: string,
  source: SecretSource,
  done: () => Promise<void>,
): Promise<ConsoleFile> {
  const { context } = await tools.tenant();
  const { plan, customFields } = source;
  const encoding = context.kind === "embedded" && context.language === "en" ? "utf-8" : "shift_jis";
  const map = await loadColumnMap(tools, plan.kind, { option: undefined, context });
  const columns = new ConsoleColumns(plan, customFields, map);
  const check = new EncodingCheck(encoding);
  let rows = 0;
  const without = { count: 0, first: [] as string[] };
  for await (const { row, secrets } of joined(tools, source)) {
    columns.fit(row);
    check.take(row.row, columns.named(row, secrets));
    rows += 1;
    if (!row.exists || !lacksPassword(plan, row, secrets)) continue;
    without.count += 1;
    if (without.first.length < MOST_NAMED) without.first.push(row.key);
  }
  check.take(
    1,
    columns.header().map((header) => [header, header]),
  );
  await check.end(tools, source.file.label);
  const encoder = createEncoder(encoding, { onUnmappable: "error" });
  await writeFileAtomically(path, { ...tools.temporary, secret: true }, async (writer) => {
    let text = formatRecord(columns.header(), "\r\n");
    for await (const { row, secrets } of joined(tools, source)) {
      text += formatRecord(columns.cells(row, secrets), "\r\n");
      if (text.length < CHUNK_CHARACTERS) continue;
      await writer.write(encoder.write(text));
      text = "";
    }
    await writer.write(encoder.write(text));
    await writer.write(encoder.end());
    await done();
  });
  await noteCounts(tools, encoder);
  return { rows, withoutPassword: without };
}

const CHUNK_CHARACTERS = 1 << 16;

const isEmitted = ({ mode }: Import, { row, action, setsSecret }: PlanRow): boolean =>
  row > 0 && action !== "invalid" && (mode === "replace" || action !== "unchanged" || setsSecret);

/** A PANEL user has a password only together with an account, an organisation never. */
const lacksPassword = ({ kind }: Import, { after }: PlanRow, secrets: SecretRow | undefined): boolean => {
  if (kind === "orgs") return false;
  if (kind !== "users") return secrets?.secrets.has("password") !== true;
  const account = after.find(({ field }) => field === "accountName")?.value ?? null;
  return account !== null && secrets?.secrets.has("accountPassword") !== true;
};

/** The rows that are written, each beside what only the input file knows of it, in the file's order. */
async function* joined(
  tools: Pick<Tools, "tenant" | "signal">,
  source: SecretSource,
): AsyncGenerator<{ readonly row: PlanRow; readonly secrets: SecretRow | undefined }> {
  const { client } = await tools.tenant();
  const secrets = secretRows(source);
  try {
    let next = await secrets.next();
    for await (const row of client.imports.rows(source.plan.id)) {
      tools.signal.throwIfAborted();
      if (!isEmitted(source.plan, row)) continue;
      while (next.done !== true && next.value.row < row.row) next = await secrets.next();
      yield { row, secrets: next.done !== true && next.value.row === row.row ? next.value : undefined };
    }
    // to its end, where it is known whether the file is still the same
    while (next.done !== true) next = await secrets.next();
  } finally {
    await secrets.return(undefined);
  }
}
