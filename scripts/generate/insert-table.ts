/**
 * Returns a page in which the part between the two markers of a table is replaced.
 *
 * @throws RangeError if a marker is missing
 */
export function insertTable(page: string, name: string, table: string): string {
  const [first, last] = [`<!-- ${name}: written by \`npm run generate\` -->`, `<!-- end of ${name} -->`];
  const [begin, end] = [page.indexOf(first), page.indexOf(last)];
  if (begin === -1 || end < begin) throw new RangeError(`the marks of the ${name} are missing: ${first} … ${last}`);
  return `${page.slice(0, begin)}${first}\n\n${table}\n\n${page.slice(end)}`;
}
