import type { Client } from "../../../lib/client/index.ts";
import { ignoreFailure } from "../../../lib/errors/index.ts";
import type { OrgBy } from "../../../lib/model/import.ts";
import { nameKey } from "../../../lib/model/normalise.ts";
import { formatOrgPath, parseOrgPath, ROOT_ORG_NAME, type Org } from "../../../lib/model/organisation.ts";
import { listPathReadings } from "../../../lib/model/path-readings.ts";
import type { SurveyedColumn } from "../../csv/questions/survey.ts";

/** The organisations of a tenant as the cells of a list can name them. */
export class OrgNames {
  readonly #orgs: readonly Org[];
  readonly #keys: Readonly<Record<OrgBy, ReadonlySet<string>>>;

  private constructor(orgs: readonly Org[]) {
    this.#orgs = orgs;
    const keys = (names: readonly (string | null)[]): ReadonlySet<string> =>
      new Set(names.map((name) => nameKey(name ?? "")).filter((key) => key !== ""));
    this.#keys = {
      code: keys(orgs.map(({ code }) => code)),
      name: keys(orgs.map(({ name }) => name)),
      path: keys(orgs.flatMap(({ path }) => listPathEnds(path))),
    };
  }

  /** Loads the organisations; none if the account may not read them. */
  static async load({ orgs }: Client<"orgs">): Promise<OrgNames> {
    return new OrgNames((await ignoreFailure(() => orgs.list())) ?? []);
  }

  /** Returns the number of values that name an organisation in this way. */
  count(values: Iterable<string>, by: OrgBy): number {
    const read = by === "path" ? listPathReadings : (value: string) => [value];
    return [...values].filter((value) => read(value).some((one) => this.#keys[by].has(nameKey(one)))).length;
  }

  /** Marks the columns whose values name most organisations, if half of their values do. */
  mark(surveyed: readonly SurveyedColumn[]): readonly SurveyedColumn[] {
    const counts = surveyed.map(({ values }) => Math.max(this.count(values, "code"), this.count(values, "path")));
    const most = Math.max(1, ...counts);
    return surveyed.map((column, at) => {
      const count = counts[at] ?? 0;
      return { ...column, namesOrgs: count === most && count * 2 >= column.values.size };
    });
  }

  /** Returns how to name each organisation, starting with those that a similar name means, and their number. */
  list(by: Exclude<OrgBy, "code">, near: string): { readonly all: readonly string[]; readonly likely: number } {
    const all = this.#orgs.filter(({ path }) => path !== "");
    const key = nameKey(near);
    const isNear = ({ name, path }: Org): boolean =>
      nameKey(name) === key || listPathEnds(path).map(nameKey).includes(key);
    const namesakes = Map.groupBy(all, ({ name }) => nameKey(name));
    const isOnly = ({ name }: Org): boolean => namesakes.get(nameKey(name))?.length === 1;
    const likely = all.filter(isNear);
    const sorted = [...likely, ...all.filter((org) => !isNear(org))];
    return { all: sorted.map((org) => (by === "name" && isOnly(org) ? org.name : org.path)), likely: likely.length };
  }
}

const listPathEnds = (path: string): readonly string[] => {
  const names = [ROOT_ORG_NAME, ...(parseOrgPath(path) ?? [])];
  return names.map((_, at) => formatOrgPath(names.slice(at)));
};
