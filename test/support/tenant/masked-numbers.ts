/**
 * The kinds of numbers that are counted for the entire tenant (imports, tasks for the console, audit records), and
 * hashes, which depend on these numbers.
 */
export type NumberKind = "import" | "task" | "record" | "hash";

/** Returns the replacement for a number or a hash. */
export type Mask = (kind: NumberKind, found: string) => string;

/** JSON members whose numbers are always of the same kind. */
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

/** Returns the kind of a member's numbers, which may depend on the object that contains the member. */
const kindOf = (name: string, holder: Readonly<Record<string, unknown>>): NumberKind | undefined => {
  if (name === "number") return "work" in holder ? "task" : "command" in holder ? "record" : "import";
  // an audit record names a changed import by its number
  if (name === "name" && holder["thing"] === "import") return "import";
  if (name === "id" && holder["thing"] === "console_task") return "task";
  if (name === "sha256" && "count" in holder) return "hash";
  return MEMBERS[name];
};

const NUMBERS = /^P?\d+(?:, P?\d+)*$/;

/** Patterns that find the numbers of changes, imports and tasks in messages. */
const IN_TEXTS: readonly (readonly [NumberKind, RegExp])[] = [
  ["record", /(?<=\bno change |変更 )\d+/g],
  ["import", /(?<=\bimport |\bimports [a-z]+ |\bthe file of |インポート )P?\d+(?:, P?\d+)*(?![\w-])/g],
  ["task", /(?<=\btasks? |\bconsole [a-z]+ |作業 )\d+(?:, \d+)*(?![\w-])/g],
];

const each = (kind: NumberKind, numbers: string, mask: Mask): string =>
  numbers.replaceAll(/P?\d+/g, (number) => mask(kind, number));

/**
 * Returns a JSON value with numbers and hashes masked. @param name the name of the member that holds the value, and the
 * object that contains the member
 */
const maskValue = (
  value: unknown,
  mask: Mask,
  [name, holder]: readonly [string, Readonly<Record<string, unknown>>] = ["", {}],
): unknown => {
  if (Array.isArray(value)) return value.map((one: unknown) => maskValue(one, mask, [name, holder]));
  if (typeof value === "object" && value !== null) {
    const own = value as Readonly<Record<string, unknown>>;
    return Object.fromEntries(Object.entries(own).map(([key, one]) => [key, maskValue(one, mask, [key, own])]));
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

/** Masks the numbers and hashes in a response that is JSON or NDJSON. Returns any other response unchanged. */
export const maskNumbers = (answer: string, mask: Mask): string => {
  const lines = answer.split("\n").map((line) => {
    const value = parsed(line);
    return typeof value === "object" && value !== null ? JSON.stringify(maskValue(value, mask)) : line;
  });
  return lines.join("\n");
};
