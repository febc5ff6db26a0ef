/**
 * The kinds of masked numbers: those that are counted for the entire tenant (imports, tasks for the console, audit
 * records), and hashes, which depend on these numbers.
 */
export type NumberKind = "import" | "task" | "record" | "hash";

/** Returns the replacement for a number or a hash. */
export type Mask = (kind: NumberKind, found: string) => string;

/** The JSON members whose numbers are always of the same kind. */
const NUMBER_MEMBERS: Readonly<Record<string, NumberKind>> = {
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

/** Returns the kind of a member's numbers. The kind can depend on the object that contains the member. */
const getNumberKind = (name: string, holder: Readonly<Record<string, unknown>>): NumberKind | undefined => {
  if (name === "number") return "work" in holder ? "task" : "command" in holder ? "record" : "import";
  // an audit record names a changed import by its number
  if (name === "name" && holder["thing"] === "import") return "import";
  if (name === "id" && holder["thing"] === "console_task") return "task";
  if (name === "sha256" && "count" in holder) return "hash";
  return NUMBER_MEMBERS[name];
};

const NUMBER_LIST_PATTERN = /^P?\d+(?:, P?\d+)*$/;

/** Patterns for the numbers of changes, imports and tasks in messages. */
const TEXT_PATTERNS: readonly (readonly [NumberKind, RegExp])[] = [
  ["record", /(?<=\bno change |変更 )\d+/g],
  ["import", /(?<=\bimport |\bimports [a-z]+ |\bthe file of |インポート )P?\d+(?:, P?\d+)*(?![\w-])/g],
  ["task", /(?<=\btasks? |\bconsole [a-z]+ |作業 )\d+(?:, \d+)*(?![\w-])/g],
];

const maskEach = (kind: NumberKind, numbers: string, mask: Mask): string =>
  numbers.replaceAll(/P?\d+/g, (number) => mask(kind, number));

/**
 * Masks the numbers and hashes in a JSON value.
 *
 * @param name the name of the member that has the value, and the object that contains the member
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
  const kind = getNumberKind(name, holder);
  if (kind === "hash" && typeof value === "string") return mask(kind, value);
  if (
    kind !== undefined &&
    (typeof value === "number" || (typeof value === "string" && NUMBER_LIST_PATTERN.test(value)))
  )
    return maskEach(kind, String(value), mask);
  if ((name !== "en" && name !== "ja") || typeof value !== "string") return value;
  return TEXT_PATTERNS.reduce(
    (text, [of, pattern]) => text.replaceAll(pattern, (numbers) => maskEach(of, numbers, mask)),
    value,
  );
};

const parseJsonOrUndefined = (line: string): unknown => {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
};

/** Masks the numbers and hashes in a response that is JSON or NDJSON. Returns any other response unchanged. */
export const maskNumbers = (answer: string, mask: Mask): string => {
  const lines = answer.split("\n").map((line) => {
    const value = parseJsonOrUndefined(line);
    return typeof value === "object" && value !== null ? JSON.stringify(maskValue(value, mask)) : line;
  });
  return lines.join("\n");
};
