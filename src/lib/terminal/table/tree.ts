import { escapeForPeople } from "../escape.ts";

/** A node of a tree. The children are in the order in which they are drawn. */
export interface TreeNode {
  /** the name, not escaped */
  readonly label: string;
  /** shown after the name, for example a code */
  readonly note?: string | undefined;
  readonly children: Iterable<TreeNode>;
}

interface OpenNode {
  readonly rest: Iterator<TreeNode>;
  readonly indent: string;
  upcoming: IteratorResult<TreeNode>;
}

/**
 * Draws a tree. Yields its lines, root first, without line endings; labels and notes are escaped. The tree can have any
 * depth, and only the path to the current line is kept in memory.
 *
 * @param faint applies the style of branches and notes, for example grey
 */
export function* drawTree(root: TreeNode, faint: (part: string) => string = (part) => part): Generator<string> {
  yield drawNode(root, faint);
  const path = [openNode(root, "")];
  for (let level = path.at(-1); level !== undefined; level = path.at(-1)) {
    if (level.upcoming.done === true) {
      path.pop();
      continue;
    }
    const node = level.upcoming.value;
    level.upcoming = level.rest.next();
    const last = level.upcoming.done === true;
    yield faint(level.indent + (last ? "└─ " : "├─ ")) + drawNode(node, faint);
    path.push(openNode(node, level.indent + (last ? "   " : "│  ")));
  }
}

function openNode({ children }: TreeNode, indent: string): OpenNode {
  const rest = children[Symbol.iterator]();
  return { rest, indent, upcoming: rest.next() };
}

const drawNode = ({ label, note }: TreeNode, faint: (part: string) => string): string =>
  escapeForPeople(label) + (note === undefined ? "" : `  ${faint(escapeForPeople(note))}`);
