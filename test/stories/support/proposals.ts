/** Values for placeholders by name, or a function of the placeholder and the proposed command. */
export type Fill = Readonly<Record<string, string>> | ((placeholder: string, proposal: string) => string | undefined);

/** Commands in cyan on a terminal, in backticks in documents, and in `<code>` in HTML. */
const MARKED = /\u001B\[36m(clomoctl .*?)\u001B\[39m|`(clomoctl [^`]*)`|<code>(clomoctl .*?)<\/code>/gs;

const ENTITIES: Readonly<Record<string, string>> = {
  "&lt;": "<",
  "&gt;": ">",
  "&quot;": '"',
  "&#39;": "'",
  "&amp;": "&",
};

/** Returns the commands that a text proposes. A command that a narrow screen folded is joined. */
export const findProposals = (shown: string): readonly string[] =>
  [...shown.matchAll(MARKED)].map(([, cyan, backticked, code]) =>
    (cyan ?? backticked ?? (code ?? "").replaceAll(/&(?:lt|gt|quot|#39|amp);/g, (entity) => ENTITIES[entity] ?? entity))
      .replaceAll(/\s*\n\s*/g, " ")
      .trim(),
  );

/** A word in capital letters that stands for a value: FILE, USER, SERIAL…, EXPORT.csv. */
const PLACEHOLDER = /(?<=[\s=,])(N|[A-Z][A-Z-]+(?:\.[a-z]+)?)(…|\.\.\.)?(?=[\s,]|$)/g;

/** Words from which the reader chooses one: yes/no. */
const CHOICE = /(?<=\s)([a-z-]+)(?:\/[a-z-]+)+(?=\s|$)/g;

/** @throws if a placeholder has no value: the story says which value a person would type */
export const fillPlaceholders = (proposal: string, fill: Fill): string =>
  proposal.replaceAll(CHOICE, "$1").replaceAll(PLACEHOLDER, (_, name: string) => {
    const value = typeof fill === "function" ? fill(name, proposal) : fill[name];
    if (value === undefined) throw new Error(`the story has no value for ${name} in: ${proposal}`);
    return `'${value.replaceAll("'", String.raw`'\''`)}'`;
  });

/** Returns the file that a proposed command writes with -o. */
export const writtenFile = (proposal: string): string | undefined => / -o ([^\s'"]+)/.exec(proposal)?.[1];

/** Commands that run until somebody stops them are only parsed. */
export const isLongRunning = (command: string): boolean => /^clomoctl serve(?! init)/.test(command);

/** Commands whose exit code is a verdict: 0 ok, 1 warning, 2 critical, 3 unknown. */
export const isVerdict = (command: string): boolean => /^clomoctl (?:status|renewals check)\b/.test(command);
