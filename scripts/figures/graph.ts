import { posix } from "node:path";

/** The source files, each with the source files that it imports, including types and `import()`. */
export type ImportGraph = ReadonlyMap<string, ReadonlySet<string>>;

/**
 * Builds the graph of imports between files. Leaves out packages and all other files.
 *
 * @param imports the import specifiers of each file, as written; file paths with `/`, from the root of the checkout
 */
export function buildImportGraph(imports: ReadonlyMap<string, readonly string[]>): ImportGraph {
  const resolve = (file: string, specifier: string): string => posix.join(posix.dirname(file), specifier);
  return new Map(
    [...imports].map(([file, specifiers]) => {
      const relative = specifiers.filter((specifier) => specifier.startsWith("."));
      return [file, new Set(relative.map((specifier) => resolve(file, specifier)).filter((to) => imports.has(to)))];
    }),
  );
}

/** Returns, for each file, the files that import it. */
export function invertGraph(graph: ImportGraph): ImportGraph {
  const importers = new Map([...graph.keys()].map((file) => [file, new Set<string>()]));
  for (const [file, imported] of graph) for (const to of imported) importers.get(to)?.add(file);
  return importers;
}

/** Returns all files that a file imports, directly or indirectly. */
function findReachableFiles(graph: ImportGraph, file: string): ReadonlySet<string> {
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

/** Files that import each other in a circle, each with those files of the circle that it imports. */
export type ImportCircle = Readonly<Record<string, readonly string[]>>;

/** Returns the circles of a graph. Circles that share a file are merged. */
export function findImportCircles(graph: ImportGraph): readonly ImportCircle[] {
  const reached = new Map([...graph.keys()].map((file) => [file, findReachableFiles(graph, file)]));
  const reaches = (from: string, to: string): boolean => reached.get(from)?.has(to) === true;
  const circles: ImportCircle[] = [];
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
