import type { Mutant } from "./mutants.ts";

/** A mutant under the number that switches it on. */
export type Numbered = Pick<Mutant, "start" | "end" | "form" | "after"> & { readonly id: number };

/** The name that instrumented code knows the switch by. */
const SWITCH = "__isMutated";

interface Site {
  readonly start: number;
  readonly end: number;
  readonly form: Mutant["form"];
  readonly mutants: Numbered[];
}

/** Mutants of the same place together; what holds another comes before it. */
function sitesOf(mutants: readonly Numbered[]): readonly Site[] {
  const sites = new Map<string, Site>();
  for (const mutant of mutants) {
    const { start, end, form } = mutant;
    const key = `${start}-${end}-${form}`;
    const site = sites.get(key) ?? { start, end, form, mutants: [] };
    site.mutants.push(mutant);
    sites.set(key, site);
  }
  const outside = ({ form }: Site): number => (form === "statement" ? 0 : 1);
  return [...sites.values()].toSorted((a, b) => a.start - b.start || b.end - a.end || outside(a) - outside(b));
}

function switched({ form, mutants }: Site, original: string): string {
  const isOn = (id: number): string => `${SWITCH}(${id})`;
  if (form === "statement") return `{if(${mutants.map(({ id }) => isOn(id)).join("||")}){}else{${original}}}`;
  return `(${mutants.map(({ id, after }) => `${isOn(id)}?(${after}):`).join("")}(${original}))`;
}

/**
 * The source with all mutants in it, each behind its number; lines stay where they are, but for those that a mutant
 * writes anew.
 *
 * @param switchModule where the switch is imported from
 */
export function instrumented(text: string, mutants: readonly Numbered[], switchModule: string): string {
  const sites = sitesOf(mutants);
  let next = 0;
  const emit = (from: number, to: number): string => {
    let written = "";
    let done = from;
    for (let site = sites[next]; site !== undefined && site.end <= to; site = sites[next]) {
      next += 1;
      written += text.slice(done, site.start) + switched(site, emit(site.start, site.end));
      done = site.end;
    }
    return written + text.slice(done, to);
  };
  return `import { ${SWITCH} } from ${JSON.stringify(switchModule)};${emit(0, text.length)}`;
}

/**
 * The switch, as a module. What is active it reads once a process from a file: nothing, the number of a mutant, or `?` and
 * a file that takes the numbers of the mutants that are reached.
 */
export const switchSource = (activeFile: string): string => `
const { appendFileSync, readFileSync } = process.getBuiltinModule("node:fs");
const active = readFileSync(${JSON.stringify(activeFile)}, "utf8");
const id = Number(active);
const reached = new Set();
const record = (id) => {
  if (reached.has(id)) return false;
  reached.add(id);
  appendFileSync(active.slice(1), id + "\\n");
  return false;
};
export const ${SWITCH} = active.startsWith("?") ? record : (asked) => asked === id;
`;
