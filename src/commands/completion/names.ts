import type { Client, NounName } from "../../lib/client/index.ts";
import type { ChosenContext, Contexts } from "../../lib/config/index.ts";
import { SECURED_APPS } from "../../lib/model/secured-user.ts";
import type { EnvironmentVariables } from "../../lib/terminal/index.ts";
import type { CompletionKind } from "../field.ts";
import type { CompletionCandidate, NameReader } from "./answer.ts";
import type { PartialLine } from "./place.ts";

/** The contexts and tenants from which names are read. */
export interface NameSource {
  readonly contexts: Contexts;
  readonly environment: EnvironmentVariables;
  /** Opens the tenant of an existing context for reading only.  @param as account that `--as` in the line specifies */
  readonly open: <N extends NounName>(
    chosen: ChosenContext,
    nouns: readonly N[],
    as: string | undefined,
  ) => Promise<Client<N>>;
}

/**
 * Maximum number of names that are offered. If there are more, none is offered, because a shell would complete the
 * common beginning of the first names as if all names began with it.
 */
const MAX_OFFERED_NAMES = 1000;

/** Returns the records of a list; none if there are too many. */
async function readShortList<R>(list: AsyncIterable<R>): Promise<readonly R[]> {
  const all: R[] = [];
  for await (const record of list) {
    if (all.length === MAX_OFFERED_NAMES) return [];
    all.push(record);
  }
  return all;
}

/** Returns the first name of a record that begins with what was typed, as a candidate; empty if no name does. */
const buildCandidates = (
  names: readonly (string | null)[],
  typed: string,
  about: string | null,
): CompletionCandidate[] => {
  const value = names.find((name) => name !== null && name !== "" && name.startsWith(typed));
  return value === undefined || value === null ? [] : [{ value, about: about ?? "" }];
};

/** Returns the value of an option among words: `docs` of `--app docs` or `--app=docs`. */
function findOptionValue(words: readonly string[], flag: string): string | undefined {
  const at = words.findLastIndex((word) => word === flag || word.startsWith(`${flag}=`));
  const word = words[at];
  return word === flag ? words[at + 1] : word?.slice(flag.length + 1);
}

/** Reads the names of one kind. */
type KindReader = (
  open: <N extends NounName>(...nouns: readonly N[]) => Promise<Client<N>>,
  typed: string,
  line: PartialLine,
) => Promise<readonly CompletionCandidate[]>;

const KIND_READERS: Readonly<Record<Exclude<CompletionKind, "contexts" | "files">, KindReader>> = {
  async users(open, typed) {
    const { users } = await open("users");
    const found = await readShortList(users.list(typed === "" ? {} : { search: typed }));
    return found.flatMap(({ id, emails, employeeCode, accountName, name }) =>
      buildCandidates([...emails, employeeCode, accountName, id], typed, name),
    );
  },
  async orgs(open, typed) {
    const { orgs } = await open("orgs");
    return (await orgs.list()).flatMap(({ path, name, code }) =>
      buildCandidates([path === "" ? name : path, code], typed, name),
    );
  },
  async devices(open, typed) {
    const { devices } = await open("devices");
    const found = await readShortList(devices.list(typed === "" ? {} : { filterId: typed }));
    return found.flatMap(({ serialNumber, id, identificationName }) =>
      buildCandidates([serialNumber, id], typed, identificationName),
    );
  },
  async imports(open) {
    const { imports } = await open("imports");
    const all = await imports.list();
    const numbered = all.map(({ number, kind, fileName, state }) => ({
      value: number,
      about: `${kind} ${fileName} ${state}`,
    }));
    return all.length === 0 ? [] : [{ value: "last", about: "" }, ...numbered];
  },
  async items(open, typed) {
    const { renewals } = await open("renewals");
    const items = await renewals.list();
    const isAlone = (name: string): boolean => items.filter((item) => item.name === name).length === 1;
    return items.flatMap(({ id, name, kind }) =>
      buildCandidates([isAlone(name) ? name : null, id], typed, `${kind} ${name}`),
    );
  },
  async "custom-fields"(open, typed) {
    const { users } = await open("users");
    return (await users.fields()).flatMap(({ name }) => buildCandidates([name], typed, ""));
  },
  async schemes(open, typed) {
    const { roles } = await open("roles");
    return (await roles.schemes()).flatMap(({ name, id }) => buildCandidates([name, id], typed, ""));
  },
  async "secured-groups"(open, typed, { words }) {
    const app = SECURED_APPS.find((name) => name === findOptionValue(words, "--app"));
    if (app === undefined) return [];
    const { secured } = await open("secured");
    return (await secured.groups(app)).flatMap(({ name, id }) => buildCandidates([name, id], typed, ""));
  },
  async "secured-users"(open, typed, { words }) {
    const app = SECURED_APPS.find((name) => name === findOptionValue(words, "--app"));
    if (app === undefined) return [];
    const { secured } = await open("secured");
    const found = await readShortList(secured.list(app, typed === "" ? {} : { filterId: typed }));
    return found.flatMap(({ userId, id, name }) => buildCandidates([userId, id], typed, name));
  },
};

/**
 * Returns a reader of names: of contexts, or of records in the tenant that the line, the environment or `context use`
 * selects. If the tenant's database does not exist, the reader returns nothing.
 */
export const createNameReader =
  ({ contexts, environment, open }: NameSource): NameReader =>
  async (names, typed, line) => {
    if (names === "files") return [];
    if (names === "contexts") {
      const all = await contexts.list();
      return all.map((context) => ({ value: context.name, about: context.kind === "remote" ? context.url : "" }));
    }
    const chosen = await contexts.choose(line.globals.get("--context"), environment);
    if (chosen.context.kind === "embedded" && !contexts.hasDatabase(chosen.context)) return [];
    const as = await findActingAccount(line);
    return KIND_READERS[names]((...nouns) => open(chosen, nouns, as), typed, line);
  };

/** Returns the account of `--as`, unless the verb has its own option of that name. */
async function findActingAccount({ verb, globals }: PartialLine): Promise<string | undefined> {
  const command = (await verb?.load())?.default;
  return command !== undefined && "as" in command.options ? undefined : globals.get("--as");
}
