import type { Org } from "../../lib/client/index.ts";
import { ORG } from "../../lib/model/organisation.ts";
import { backByEdit, type Showing } from "../records/written.ts";
import { ORG_COLUMNS } from "./columns.ts";
import { orgWord } from "./named.ts";

/** How an organisation is shown that was written, and what takes that back. */
export const ORG_WRITTEN: Showing<Org> = {
  columns: ORG_COLUMNS,
  called: ({ path, name }) => (path === "" ? name : path),
  back: (written) => {
    const word = orgWord(written.after);
    return written.before === null
      ? `clomoctl orgs delete ${word}`
      : backByEdit(`clomoctl orgs edit ${word}`, ORG.fields, written);
  },
};
