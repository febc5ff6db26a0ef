import { escapeForPeople } from "../escape.ts";

/** A node with children, in the order in which they are to be drawn. */
export interface TreeNode {
  /** the name, as given */
  readonly label: string;
  /** shown after the name, for instance a code */
  readonly note?: string | undefined;
  readonly children: Iterable<TreeNode>;
}

interface OpenNode {
  readonly rest: Iterator<TreeNode>;
  readonly indent: string;
  upcoming: IteratorResult<TreeNode>;
}

/**
 * The lines of a tree, its root first, without line endings; labels and notes are escaped. Any depth is drawn, and only
 * the path to the current line is kept.
 *
 * @param faint style of branches and notes, for instance grey
 */
export function* drawTree(root: TreeNode, faint: (part: string) => string = (part) => part): Generator<string> {
  yield drawNode(root, faint);
  const path = [open(root, "")];
  for (let level = path.at(-1); level !== undefined; level = path.at(-1)) {
    if (level.upcoming.done === true) {
      path.pop();
      continue;
    }
    const node = level.upcoming.value;
    level.upcoming = level.rest.next();
    const last = level.upcoming.done === true;
    yield faint(level.indent + (last ? "└─ " : "├─ ")) + drawNode(node, faint);
    path.push(open(node, level.indent + (last ? "   " : "│  ")));
  }
}

function open({ children }: TreeNode, indent: string): OpenNode {
  const rest = children[Symbol.iterator]();
  return { rest, indent, upcoming: rest.next() };
}

const drawNode = ({ label, note }: TreeNode, faint: (part: string) => string): string =>
  escapeForPeople(label) + (note === undefined ? "" : `  ${faint(escapeForPeople(note))}`);
