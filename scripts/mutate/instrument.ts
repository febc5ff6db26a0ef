import type { Mutant } from "./mutants.ts";

/** A mutant with the number that activates it. */
export type NumberedMutant = Pick<Mutant, "start" | "end" | "form" | "after"> & { readonly id: number };

/** Name of the switch in instrumented code. */
const SWITCH_FUNCTION_NAME = "__isMutated";

interface MutationSite {
  readonly start: number;
  readonly end: number;
  readonly form: Mutant["form"];
  readonly mutants: NumberedMutant[];
}

/** Groups mutants by place. A place that contains others comes before them. */
function groupBySite(mutants: readonly NumberedMutant[]): readonly MutationSite[] {
  const sites = new Map<string, MutationSite>();
  for (const mutant of mutants) {
    const { start, end, form } = mutant;
    const key = `${start}-${end}-${form}`;
    const site = sites.get(key) ?? { start, end, form, mutants: [] };
    site.mutants.push(mutant);
    sites.set(key, site);
  }
  const outside = ({ form }: MutationSite): number => (form === "statement" ? 0 : 1);
  return [...sites.values()].toSorted((a, b) => a.start - b.start || b.end - a.end || outside(a) - outside(b));
}

function renderSwitchedCode({ form, mutants }: MutationSite, original: string): string {
  const isOn = (id: number): string => `${SWITCH_FUNCTION_NAME}(${id})`;
  if (form === "statement") return `{if(${mutants.map(({ id }) => isOn(id)).join("||")}){}else{${original}}}`;
  return `(${mutants.map(({ id, after }) => `${isOn(id)}?(${after}):`).join("")}(${original}))`;
}

/**
 * Returns the source with all mutants in it, each of which is activated by its number. Line numbers do not change,
 * except inside a mutant that replaces several lines.
 *
 * @param switchModule the module from which the switch is imported
 */
export function instrumentSource(text: string, mutants: readonly NumberedMutant[], switchModule: string): string {
  const sites = groupBySite(mutants);
  let next = 0;
  const emit = (from: number, to: number): string => {
    let written = "";
    let done = from;
    for (let site = sites[next]; site !== undefined && site.end <= to; site = sites[next]) {
      next += 1;
      written += text.slice(done, site.start) + renderSwitchedCode(site, emit(site.start, site.end));
      done = site.end;
    }
    return written + text.slice(done, to);
  };
  return `import { ${SWITCH_FUNCTION_NAME} } from ${JSON.stringify(switchModule)};${emit(0, text.length)}`;
}

/**
 * Returns the source of the switch module. Each process reads once from a file what is active: nothing, the number of a
 * mutant, or `?` followed by the file to which the numbers of the reached mutants are written.
 */
export const renderSwitchSource = (activeFile: string): string => `
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
export const ${SWITCH_FUNCTION_NAME} = active.startsWith("?") ? record : (asked) => asked === id;
`;
