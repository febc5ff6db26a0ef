import { isContextPattern, type Context } from "../../../lib/config/index.ts";
import type { ErrorCode } from "../../../lib/errors/index.ts";
import type { Column, Terminal } from "../../../lib/terminal/index.ts";
import { text } from "../../../lib/text/index.ts";
import { workOnEachContext } from "../each-context.ts";
import type { Tools } from "../tools.ts";

/** How many tenants are read at the same time. */
const READ_AT_ONCE = 8;

interface Listing<R> {
  readonly columns: readonly Column<R>[];
  readonly records: AsyncIterable<R> | Iterable<R>;
  readonly ndjson?: Parameters<Terminal["list"]>[2];
  /** Says what follows from the list of one tenant. */
  readonly note?: () => Promise<void>;
}

interface ListedContexts {
  readonly allContexts: boolean;
  readonly limit?: number | undefined;
}

const createContextColumn = <R>(names: ReadonlyMap<R, string>): Column<R> => ({
  key: "context",
  header: text("context", "コンテキスト"),
  whole: true,
  value: (record) => names.get(record) ?? null,
});

export const isAboutSeveral = ({ globals }: Pick<Tools, "globals">, allContexts: boolean): boolean =>
  allContexts || isContextPattern(globals.context);

/**
 * Lists the records of one tenant, or those of several with the context first. @param list reads one tenant, the one of
 * the tools that it gets
 */
export async function listOfContexts<R extends object>(
  tools: Tools,
  { allContexts, limit }: ListedContexts,
  list: (here: Tools) => Promise<Listing<R>>,
): Promise<ErrorCode | undefined> {
  const { terminal, contexts, globals, environment } = tools;
  if (!isAboutSeveral(tools, allContexts)) {
    const { columns, records, ndjson, note } = await list(tools);
    await terminal.list(columns, records, ndjson);
    await note?.();
    return undefined;
  }
  const named = await contexts.chooseSeveral(allContexts, globals.context, environment);
  const read = new Map<Context, readonly R[]>();
  let shown: readonly Column<R>[] = [];
  const code = await workOnEachContext(
    tools,
    named,
    async (context) => {
      const tenant: Tools["tenant"] = (...nouns) => tools.tenantOf(context, ...nouns);
      const { columns, records } = await list(Object.create(tools, { tenant: { value: tenant } }) as Tools);
      shown = columns;
      read.set(context, await Array.fromAsync<R>(records));
    },
    READ_AT_ONCE,
  );
  const all = named.flatMap((context) => (read.get(context) ?? []).map((record) => [record, context.name] as const));
  const rows = all.slice(0, limit);
  if (read.size > 0)
    await terminal.list(
      [createContextColumn(new Map(rows)), ...shown],
      rows.map(([record]) => record),
    );
  return code;
}
