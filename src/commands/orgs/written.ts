import type { Org } from "../../lib/client/index.ts";
import { ORG } from "../../lib/model/organisation.ts";
import { backByEdit, type Showing } from "../records/written.ts";
import type { Tools } from "../tools.ts";
import { ORG_COLUMNS } from "./columns.ts";
import { orgWord } from "./named.ts";

/** How an organisation is shown that was written, and what takes that back. */
export const orgWritten = (tools: Tools): Showing<Org> => ({
  columns: ORG_COLUMNS,
  fields: ORG.fields,
  called: ({ path, name }) => (path === "" ? name : path),
  back: async (written) => {
    const word = await orgWord(tools, written.after);
    return written.before === null
      ? `clomoctl orgs delete ${word}`
      : backByEdit(`clomoctl orgs edit ${word}`, ORG.fields, written);
  },
});
