import type { User } from "../../lib/client/index.ts";
import { USER } from "../../lib/model/user.ts";
import { shownWord } from "../../lib/text/shell-word.ts";
import { backByEdit, type Showing } from "../records/written.ts";
import { USER_COLUMNS } from "./columns.ts";

/** A user as one word of a command: the main address. */
export const userWord = ({ emails, id }: User): string => shownWord(emails[0] ?? id);

/** How a user is shown that was written, and what takes that back. */
export const USER_WRITTEN: Showing<User> = {
  columns: USER_COLUMNS,
  called: ({ name, emails }) => `${name} <${emails[0] ?? ""}>`,
  back: (written) => {
    const word = userWord(written.after);
    return written.before === null
      ? `clomoctl users delete ${word}`
      : backByEdit(`clomoctl users edit ${word}`, USER.fields, written);
  },
};
