import type { Client } from "../../../lib/client/index.ts";
import { ignoreFailure } from "../../../lib/errors/index.ts";
import type { OrgBy } from "../../../lib/model/import.ts";
import { nameKey } from "../../../lib/model/normalise.ts";
import { formatOrgPath, parseOrgPath, ROOT_ORG_NAME, type Org } from "../../../lib/model/organisation.ts";
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
    return [...values].filter((value) => this.#keys[by].has(nameKey(value))).length;
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

  /** Returns how to name each organisation, starting with the one that a similar name means. */
  list(by: Exclude<OrgBy, "code">, near: string): readonly string[] {
    const all = this.#orgs.filter(({ path }) => path !== "");
    const isNear = ({ name, path }: Org): boolean =>
      nameKey(name) === near || listPathEnds(path).map(nameKey).includes(near);
    const sorted = [...all.filter(isNear), ...all.filter((org) => !isNear(org))];
    return [...new Set(sorted.map((org) => (by === "path" ? org.path : org.name)))];
  }
}

/** Returns the path of an organisation from each organisation above it, and with the name of the root. */
const listPathEnds = (path: string): readonly string[] => {
  const names = [ROOT_ORG_NAME, ...(parseOrgPath(path) ?? [])];
  return names.map((_, at) => formatOrgPath(names.slice(at)));
};
