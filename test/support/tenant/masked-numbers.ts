/** What is counted for the whole tenant: imports, tasks of the console, records of the audit, and what follows from all of these. */
export type NumberKind = "import" | "task" | "record" | "hash";

/** Gives what stands in place of a number or a hash. */
export type Mask = (kind: NumberKind, found: string) => string;

/** Members whose numbers are of one kind, wherever they stand. */
const MEMBERS: Readonly<Record<string, NumberKind>> = {
  importNumber: "import",
  undoes: "record",
  undoneBy: "record",
  import: "import",
  undone: "import",
  supersedes: "import",
  consoleTask: "task",
  consoleTasks: "task",
  task: "task",
  tasks: "task",
  fieldTask: "task",
  deletionTask: "task",
  openTasks: "task",
  pending: "task",
  closed: "task",
  differing: "task",
  contradicted: "task",
  seq: "record",
  change: "record",
  fromChange: "record",
  hash: "hash",
};

/** The kind of a member's numbers, as far as it depends on what holds the member. */
const kindOf = (name: string, holder: Readonly<Record<string, unknown>>): NumberKind | undefined => {
  if (name === "number") return "work" in holder ? "task" : "command" in holder ? "record" : "import";
  // as the audit names what was changed
  if (name === "name" && holder["thing"] === "import") return "import";
  if (name === "id" && holder["thing"] === "console_task") return "task";
  if (name === "sha256" && "count" in holder) return "hash";
  return MEMBERS[name];
};

const NUMBERS = /^P?\d+(?:, P?\d+)*$/;

/** Numbers as messages name imports and tasks. */
const IN_TEXTS: readonly (readonly [NumberKind, RegExp])[] = [
  ["record", /(?<=\bno change |変更 )\d+/g],
  ["import", /(?<=\bimport |\bimports [a-z]+ |\bthe file of |インポート )P?\d+(?:, P?\d+)*(?![\w-])/g],
  ["task", /(?<=\btasks? |\bconsole [a-z]+ |作業 )\d+(?:, \d+)*(?![\w-])/g],
];

const each = (kind: NumberKind, numbers: string, mask: Mask): string =>
  numbers.replaceAll(/P?\d+/g, (number) => mask(kind, number));

/** A JSON value with masks in place of numbers and hashes. @param name the member that it is of, and what holds this one */
const masked = (
  value: unknown,
  mask: Mask,
  [name, holder]: readonly [string, Readonly<Record<string, unknown>>] = ["", {}],
): unknown => {
  if (Array.isArray(value)) return value.map((one: unknown) => masked(one, mask, [name, holder]));
  if (typeof value === "object" && value !== null) {
    const own = value as Readonly<Record<string, unknown>>;
    return Object.fromEntries(Object.entries(own).map(([key, one]) => [key, masked(one, mask, [key, own])]));
  }
  const kind = kindOf(name, holder);
  if (kind === "hash" && typeof value === "string") return mask(kind, value);
  if (kind !== undefined && (typeof value === "number" || (typeof value === "string" && NUMBERS.test(value))))
    return each(kind, String(value), mask);
  if ((name !== "en" && name !== "ja") || typeof value !== "string") return value;
  return IN_TEXTS.reduce(
    (text, [of, pattern]) => text.replaceAll(pattern, (numbers) => each(of, numbers, mask)),
    value,
  );
};

const parsed = (line: string): unknown => {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
};

/** An answer, JSON or lines of it, with masks in place of numbers and hashes; any other one as it is. */
export const maskNumbers = (answer: string, mask: Mask): string => {
  const lines = answer.split("\n").map((line) => {
    const value = parsed(line);
    return typeof value === "object" && value !== null ? JSON.stringify(masked(value, mask)) : line;
  });
  return lines.join("\n");
};
