export type Environment = Readonly<Record<string, string | undefined>>;

/**
 * The environment of this process without what the package manager that started it has put there for its own children:
 * its settings would win over those of the home that a child is given.
 */
export function cleanEnvironment(): Environment {
  return Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !/^(p?npm_|yarn_|bun_|init_cwd$)/i.test(name)),
  );
}
