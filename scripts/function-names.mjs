// The function around a place in a source file. Reports name functions, because line numbers change with each edit.
import ts from 'typescript';

/** The syntax tree of a TypeScript file. */
export const parseSource = (file, text) => ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true);

/** Position of a line and a column in the text. @param line from 1 @param column from 0 */
export function positionOf(source, line, column) {
  const starts = source.getLineStarts();
  return Math.min((starts[line - 1] ?? source.end) + column, source.end);
}

/** The qualified name of the function around the text between two positions, such as `Lane.release`. */
export function functionAround(source, from, to) {
  const names = [];
  const visit = (node) => {
    if (node.getStart() > from || node.getEnd() < to) return;
    const name = nameOf(node);
    if (name !== undefined) names.push(name);
    ts.forEachChild(node, visit);
  };
  ts.forEachChild(source, visit);
  return names.join('.') || '(module)';
}

function nameOf(node) {
  if (ts.isConstructorDeclaration(node)) return 'constructor';
  const isNamed =
    ts.isFunctionDeclaration(node) ||
    ts.isClassDeclaration(node) ||
    ts.isMethodDeclaration(node) ||
    ts.isAccessor(node) ||
    ts.isPropertyDeclaration(node) ||
    (ts.isVariableDeclaration(node) && node.initializer && ts.isArrowFunction(node.initializer));
  return isNamed ? node.name?.getText() : undefined;
}
