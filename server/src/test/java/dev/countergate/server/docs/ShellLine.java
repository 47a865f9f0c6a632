package dev.countergate.server.docs;

import java.util.ArrayList;
import java.util.List;

/** A line as somebody types it at a shell, taken apart as far as the documentation's lines need. */
final class ShellLine {
    private final String line;
    private final List<List<String>> commands = new ArrayList<>();
    private final StringBuilder word = new StringBuilder();
    private boolean inWord;
    private boolean isRedirected;
    private int at;

    private ShellLine(String line) {
        this.line = line;
        commands.add(new ArrayList<>());
    }

    /** The words of each command in {@code line}, without redirections and comments. */
    static List<List<String>> commands(String line) {
        ShellLine shell = new ShellLine(line);
        shell.read();
        return shell.commands.stream().filter(words -> !words.isEmpty()).toList();
    }

    private void read() {
        while (at < line.length()) {
            char c = line.charAt(at++);
            switch (c) {
                case ' ', '\t' -> end();
                case '\'' -> quoted('\'');
                case '"' -> quoted('"');
                case '\\' -> add(line.charAt(at++));
                case '|', ';', '&', '{', '}', '(', ')' -> {
                    if (inWord && (c == '{' || c == '}')) {
                        add(c);
                    } else {
                        end();
                        commands.add(new ArrayList<>());
                    }
                }
                case '<', '>' -> {
                    end();
                    // In <(...) stands a command of its own.
                    isRedirected = at < line.length() && line.charAt(at) != '(';
                }
                case '#' -> {
                    if (inWord) {
                        add(c);
                    } else {
                        return;
                    }
                }
                default -> add(c);
            }
        }
        end();
    }

    private void quoted(char mark) {
        inWord = true;
        for (; line.charAt(at) != mark; at++) {
            word.append(line.charAt(at));
        }
        at++;
    }

    private void add(char c) {
        inWord = true;
        word.append(c);
    }

    private void end() {
        if (inWord && !isRedirected) {
            commands.getLast().add(word.toString());
        }
        if (inWord) {
            isRedirected = false;
        }
        word.setLength(0);
        inWord = false;
    }
}
