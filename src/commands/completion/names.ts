import type { Client, NounName } from "../../lib/client/index.ts";
import type { ChosenContext, Contexts } from "../../lib/config/index.ts";
import { SECURED_APPS } from "../../lib/model/secured-user.ts";
import type { Environment } from "../../lib/terminal/index.ts";
import type { CompletionKind } from "../field.ts";
import type { Candidate, NameReader } from "./answer.ts";
import type { LineSoFar } from "./place.ts";

/** Where names are read. */
export interface NamePlace {
  readonly contexts: Contexts;
  readonly environment: Environment;
  /** Opens the tenant of a context, which exists, only to read. @param as the account that the line acts as */
  readonly open: <N extends NounName>(
    chosen: ChosenContext,
    nouns: readonly N[],
    as: string | undefined,
  ) => Promise<Client<N>>;
}

/** Of more than these nothing is offered: a shell would take what the first ones have in common for what all have. */
const MOST = 1000;

/** The records of a list, or none where there are too many. */
async function few<R>(list: AsyncIterable<R>): Promise<readonly R[]> {
  const all: R[] = [];
  for await (const record of list) {
    if (all.length === MOST) return [];
    all.push(record);
  }
  return all;
}

/** How a record is named: the first of its names, or the one of which the beginning was typed. */
const named = (names: readonly (string | null)[], typed: string, about: string | null): Candidate[] => {
  const value = names.find((name) => name !== null && name !== "" && name.startsWith(typed));
  return value === undefined || value === null ? [] : [{ value, about: about ?? "" }];
};

/** An option's value among words, as `--app docs` or `--app=docs`. */
function valueIn(words: readonly string[], flag: string): string | undefined {
  const at = words.findLastIndex((word) => word === flag || word.startsWith(`${flag}=`));
  const word = words[at];
  return word === flag ? words[at + 1] : word?.slice(flag.length + 1);
}

/** How each kind of name is read. */
type Read = (
  open: <N extends NounName>(...nouns: readonly N[]) => Promise<Client<N>>,
  typed: string,
  line: LineSoFar,
) => Promise<readonly Candidate[]>;

const READ: Readonly<Record<Exclude<CompletionKind, "contexts" | "files">, Read>> = {
  async users(open, typed) {
    const { users } = await open("users");
    const found = await few(users.list(typed === "" ? {} : { search: typed }));
    return found.flatMap(({ id, emails, employeeCode, accountName, name }) =>
      named([...emails, employeeCode, accountName, id], typed, name),
    );
  },
  async orgs(open, typed) {
    const { orgs } = await open("orgs");
    return (await orgs.list()).flatMap(({ path, name, code }) => named([path === "" ? name : path, code], typed, name));
  },
  async devices(open, typed) {
    const { devices } = await open("devices");
    const found = await few(devices.list(typed === "" ? {} : { filterId: typed }));
    return found.flatMap(({ serialNumber, id, identificationName }) =>
      named([serialNumber, id], typed, identificationName),
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
    return items.flatMap(({ id, name, kind }) => named([isAlone(name) ? name : null, id], typed, `${kind} ${name}`));
  },
  async "custom-fields"(open, typed) {
    const { users } = await open("users");
    return (await users.fields()).flatMap(({ name }) => named([name], typed, ""));
  },
  async schemes(open, typed) {
    const { roles } = await open("roles");
    return (await roles.schemes()).flatMap(({ name, id }) => named([name, id], typed, ""));
  },
  async "secured-groups"(open, typed, { words }) {
    const app = SECURED_APPS.find((name) => name === valueIn(words, "--app"));
    if (app === undefined) return [];
    const { secured } = await open("secured");
    return (await secured.groups(app)).flatMap(({ name, id }) => named([name, id], typed, ""));
  },
  async "secured-users"(open, typed, { words }) {
    const app = SECURED_APPS.find((name) => name === valueIn(words, "--app"));
    if (app === undefined) return [];
    const { secured } = await open("secured");
    const found = await few(secured.list(app, typed === "" ? {} : { filterId: typed }));
    return found.flatMap(({ userId, id, name }) => named([userId, id], typed, name));
  },
};

/** Reads names of contexts, and of the tenant that the line, the environment or `context use` chooses; of one that is not there, none. */
export const nameReader =
  ({ contexts, environment, open }: NamePlace): NameReader =>
  async (names, typed, line) => {
    if (names === "files") return [];
    if (names === "contexts") {
      const all = await contexts.list();
      return all.map((context) => ({ value: context.name, about: context.kind === "remote" ? context.url : "" }));
    }
    const chosen = await contexts.choose(line.globals.get("--context"), environment);
    if (chosen.context.kind === "embedded" && !contexts.hasDatabase(chosen.context)) return [];
    const as = await actingOf(line);
    return READ[names]((...nouns) => open(chosen, nouns, as), typed, line);
  };

/** The account of `--as`, where the verb has no option of that name itself. */
async function actingOf({ verb, globals }: LineSoFar): Promise<string | undefined> {
  const command = (await verb?.load())?.default;
  return command !== undefined && "as" in command.options ? undefined : globals.get("--as");
}
