import { posix } from "node:path";

/** Files and those of them that each one imports, types and `import()` included. */
export type Graph = ReadonlyMap<string, ReadonlySet<string>>;

/**
 * The imports of files among each other; packages and what is not among the files are left out.
 *
 * @param imports what each file imports, as written; files with `/`, from the root of the checkout
 */
export function graphOf(imports: ReadonlyMap<string, readonly string[]>): Graph {
  const resolve = (file: string, specifier: string): string => posix.join(posix.dirname(file), specifier);
  return new Map(
    [...imports].map(([file, specifiers]) => {
      const relative = specifiers.filter((specifier) => specifier.startsWith("."));
      return [file, new Set(relative.map((specifier) => resolve(file, specifier)).filter((to) => imports.has(to)))];
    }),
  );
}

/** Who imports each file. */
export function importersOf(graph: Graph): Graph {
  const importers = new Map([...graph.keys()].map((file) => [file, new Set<string>()]));
  for (const [file, imported] of graph) for (const to of imported) importers.get(to)?.add(file);
  return importers;
}

/** All that a file imports, directly or not. */
function reachedFrom(graph: Graph, file: string): ReadonlySet<string> {
  const reached = new Set<string>();
  const left = [file];
  for (let next = left.pop(); next !== undefined; next = left.pop()) {
    for (const to of graph.get(next) ?? []) {
      if (reached.has(to)) continue;
      reached.add(to);
      left.push(to);
    }
  }
  return reached;
}

/** Files that import each other in a circle, each with those it imports of them. */
export type Circle = Readonly<Record<string, readonly string[]>>;

/** The circles of a graph; circles that share a file are one. */
export function circlesOf(graph: Graph): readonly Circle[] {
  const reached = new Map([...graph.keys()].map((file) => [file, reachedFrom(graph, file)]));
  const reaches = (from: string, to: string): boolean => reached.get(from)?.has(to) === true;
  const circles: Circle[] = [];
  const seen = new Set<string>();
  for (const file of graph.keys()) {
    if (seen.has(file) || !reaches(file, file)) continue;
    const members = [...graph.keys()].filter((other) => reaches(file, other) && reaches(other, file));
    for (const member of members) seen.add(member);
    const within = (member: string): readonly string[] =>
      [...(graph.get(member) ?? [])].filter((to) => members.includes(to));
    circles.push(Object.fromEntries(members.map((member) => [member, within(member)])));
  }
  return circles;
}
