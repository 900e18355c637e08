import path from 'node:path';
import ts from 'typescript';

export interface TypeCheckOptions {
  /** Resolve the name of the package to the build, as in a host, and not to the sources. Default `false`. */
  readonly isBuildUsed?: boolean;
}

/**
 * The parsed files of packages and of the repository, by format and name. Parsing them takes long, and they are the
 * same in each program, because the compiler options of all programs differ only in `paths`.
 */
const parsed = new Map<string, ts.SourceFile | undefined>();

/**
 * Type-checks snippets as if each were a file `folder/<number>.ts`, with the compiler options of the repository.
 * All of them are in one program, because the types that they import would be checked again in each program.
 *
 * @param folder where relative imports start from; nothing is written to it
 * @param nameOf the file of a snippet, for snippets that import each other; by default a number of its own
 * @returns the errors of each snippet, in the order given; an empty list for one that compiles
 */
export function typeCheck(
  folder: string,
  snippets: readonly string[],
  nameOf = (index: number): string => `${index}.ts`,
  { isBuildUsed = false }: TypeCheckOptions = {},
): string[][] {
  const { options } = ts.getParsedCommandLineOfConfigFile(
    'tsconfig.json',
    {
      noEmit: true,
      noUnusedLocals: false,
      noUnusedParameters: false,
      ...(isBuildUsed && { paths: {} }),
    },
    { ...ts.sys, onUnRecoverableConfigFileDiagnostic: (diagnostic) => failWith(diagnostic) },
  )!;
  const files = new Map(snippets.map((text, index) => [path.resolve(folder, nameOf(index)), text]));
  const host = ts.createCompilerHost(options);
  const { directoryExists, fileExists, getSourceFile, readFile } = host;
  host.getSourceFile = (file, options, ...rest) => {
    if (files.has(path.normalize(file))) return getSourceFile(file, options, ...rest);
    const key = `${typeof options === 'object' ? options.impliedNodeFormat : ''} ${file}`;
    if (!parsed.has(key)) parsed.set(key, getSourceFile(file, options, ...rest));
    return parsed.get(key);
  };
  host.directoryExists = (directory) =>
    [...files.keys()].some((file) => file.startsWith(path.join(directory, path.sep))) ||
    directoryExists!(directory);
  host.fileExists = (file) => files.has(path.normalize(file)) || fileExists(file);
  host.readFile = (file) => files.get(path.normalize(file)) ?? readFile(file);
  const program = ts.createProgram([...files.keys()], options, host);
  return [...files.keys()].map((file) => {
    const source = program.getSourceFile(file)!;
    const diagnostics = [
      ...program.getSyntacticDiagnostics(source),
      ...program.getSemanticDiagnostics(source),
    ];
    return diagnostics.map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, '\n'));
  });
}

function failWith({ messageText }: ts.Diagnostic): never {
  throw new Error(ts.flattenDiagnosticMessageText(messageText, '\n'));
}
