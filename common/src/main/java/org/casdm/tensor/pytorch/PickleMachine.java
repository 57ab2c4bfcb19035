package org.casdm.tensor.pytorch;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.casdm.tensor.pytorch.KnownGlobal.Callable;
import org.casdm.tensor.pytorch.PickleValue.DictionaryValue;
import org.casdm.tensor.pytorch.PickleValue.GlobalValue;
import org.casdm.tensor.pytorch.PickleValue.ListValue;
import org.casdm.tensor.pytorch.PickleValue.TupleValue;
import org.casdm.tensor.pytorch.PickleValue.UnknownValue;

/**
 * Runs the instructions of a pickle (Python's {@code pickletools} describes them), protocols 2 to 5, as far as state
 * files need them. It knows no classes but those of {@link KnownGlobal} and builds nothing but {@link PickleValue}s;
 * what else a pickle mentions becomes an {@link UnknownValue}, which takes all instructions and has no content.
 *
 * <p>It is our own because the pickle library of the JVM, {@code net.razorvine:pickle}, cannot be locked: its list of
 * constructors is static and shared with PySpark, an unknown name becomes an object instead of an error, BUILD calls
 * {@code __setstate__} by reflection, lengths in the file are allocated unseen, and a persistent id reaches the
 * subclass as a string only.
 */
final class PickleMachine {

    private static final int HIGHEST_PROTOCOL = 5;
    /** Some forty instructions make a tensor: enough for a hundred thousand of them, and for a bounded heap. */
    private static final int MOST_INSTRUCTIONS = 4_000_000;

    private static final long MOST_BYTES = 64L << 20;
    private static final int LONGEST_NUMBER = 64;
    /** Marks a place on the stack; its identity is what counts. */
    private static final Object MARK = new Object();

    private final PickleInput input;
    private final StorageTable storages;
    private final List<Object> stack = new ArrayList<>();
    private final Map<Integer, Object> memo = new HashMap<>();

    /** @param storages takes the storages that the pickle mentions */
    PickleMachine(PickleInput input, StorageTable storages) {
        this.input = input;
        this.storages = storages;
    }

    /** Runs up to STOP and returns what the pickle holds. */
    Object run() throws IOException {
        var start = input.position();
        try {
            for (var instructions = 0; instructions < MOST_INSTRUCTIONS; instructions++) {
                var opcode = input.readByte();
                if (opcode == '.') {
                    var result = pop();
                    if (!stack.isEmpty()) {
                        throw new IllegalArgumentException("values are left over at the end");
                    }
                    return result;
                }
                if (input.position() - start > MOST_BYTES) {
                    throw new IllegalArgumentException("the pickle is larger than " + MOST_BYTES + " bytes");
                }
                execute(opcode);
            }
            throw new IllegalArgumentException("the pickle has more than " + MOST_INSTRUCTIONS + " instructions");
        } catch (IllegalArgumentException e) {
            throw (PickleException) input.problem(e.getMessage()).initCause(e);
        }
    }

    private void execute(int opcode) throws IOException {
        switch (opcode) {
            case 0x80 -> requireProtocol(input.readByte());
            // Frames only help to read ahead.
            case 0x95 -> input.readLong();

            case 'N' -> stack.add(null);
            case 0x88 -> stack.add(true);
            case 0x89 -> stack.add(false);
            case 'J' -> stack.add((long) input.readInt());
            case 'K' -> stack.add((long) input.readByte());
            case 'M' -> stack.add((long) input.readUnsignedShort());
            case 0x8a -> stack.add(number(input.readByte()));
            case 0x8b -> stack.add(number(input.readInt()));
            case 'G' -> stack.add(input.readDouble());

            case 'U', 0x8c -> stack.add(input.readString(input.readByte()));
            case 'C' -> stack.add(input.readBinary(input.readByte()));
            case 'B' -> stack.add(input.readBinary(Integer.toUnsignedLong(input.readInt())));
            case 0x8e, 0x96 -> stack.add(input.readBinary(input.readLong()));
            case 'T', 'X' -> stack.add(input.readString(Integer.toUnsignedLong(input.readInt())));
            case 0x8d -> stack.add(input.readString(input.readLong()));

            case '(' -> stack.add(MARK);
            case ')' -> stack.add(new TupleValue(List.of()));
            case 0x85 -> stack.add(tuple(1));
            case 0x86 -> stack.add(tuple(2));
            case 0x87 -> stack.add(tuple(3));
            case 't' -> stack.add(new TupleValue(popToMark()));
            // Sets are lists here: a value is stored, nothing is looked up in it.
            case ']', 0x8f -> stack.add(new ListValue());
            case 'a' -> addAll(List.of(pop(Object.class)));
            case 'e', 0x90 -> addAll(popToMark());
            case 0x91 -> {
                var frozen = new ListValue();
                frozen.items.addAll(popToMark());
                stack.add(frozen);
            }
            case '}' -> stack.add(new DictionaryValue(false));
            case 's' -> {
                var value = pop();
                var key = pop();
                setItems(Arrays.asList(key, value));
            }
            case 'u' -> setItems(popToMark());

            case 'q' -> memo.put(input.readByte(), top(Object.class));
            case 'r' -> memo.put(input.readInt(), top(Object.class));
            case 0x94 -> memo.put(memo.size(), top(Object.class));
            case 'h' -> recall(input.readByte());
            case 'j' -> recall(input.readInt());

            case 'c' -> {
                var module = input.readLine();
                stack.add(global(module, input.readLine()));
            }
            case 0x93 -> {
                var name = pop(String.class);
                stack.add(global(pop(String.class), name));
            }
            case 'R', 0x81 -> call();
            case 0x92 -> {
                // Named arguments: nothing that is known has any.
                pop(DictionaryValue.class);
                call();
            }
            case 'b' -> setAttributes();
            case 'Q' -> stack.add(storages.resolve(pop(TupleValue.class).items));
            default ->
                throw new IllegalArgumentException(
                        String.format(Locale.ROOT, "instruction 0x%02x has no place in a state file, which may", opcode)
                                + " contain only tensors and plain values");
        }
    }

    private static void requireProtocol(int protocol) {
        if (protocol < 2 || protocol > HIGHEST_PROTOCOL) {
            throw new IllegalArgumentException("pickle protocol " + protocol + " is not supported; 2 to 5 are");
        }
    }

    private Number number(int length) throws IOException {
        if (length < 0 || length > LONGEST_NUMBER) {
            throw new IllegalArgumentException(
                    "a whole number of " + Integer.toUnsignedString(length) + " bytes; the limit is " + LONGEST_NUMBER);
        }
        return input.readNumber(length);
    }

    private TupleValue tuple(int length) {
        var items = new Object[length];
        for (var i = length - 1; i >= 0; i--) {
            items[i] = pop();
        }
        return new TupleValue(Arrays.asList(items));
    }

    private void addAll(List<Object> items) {
        if (!(top(Object.class) instanceof UnknownValue)) {
            top(ListValue.class).items.addAll(items);
        }
    }

    private void setItems(List<Object> items) {
        if (items.size() % 2 != 0) {
            throw new IllegalArgumentException("a dict gets a key without a value");
        }
        if (top(Object.class) instanceof UnknownValue) {
            return;
        }
        var dictionary = top(DictionaryValue.class);
        for (var i = 0; i < items.size(); i += 2) {
            Constructors.put(dictionary, items.get(i), items.get(i + 1));
        }
    }

    private void recall(int index) {
        if (!memo.containsKey(index)) {
            throw new IllegalArgumentException("memo " + index + " is used before it is set");
        }
        stack.add(memo.get(index));
    }

    private static PickleValue global(String module, String name) {
        return KnownGlobal.find(module, name)
                .<PickleValue>map(GlobalValue::new)
                .orElseGet(() -> UnknownValue.named(module + '.' + name));
    }

    private void call() {
        var arguments = pop(TupleValue.class).items;
        if (top(Object.class) instanceof UnknownValue) {
            // The unknown object takes the place of what would make it.
            return;
        }
        if (!(pop(GlobalValue.class).global() instanceof Callable callable)) {
            throw new IllegalArgumentException("a class is called that only names a type");
        }
        stack.add(Constructors.call(callable, arguments));
    }

    /** A module's state dict carries {@code _metadata} (versions of its layers) as an attribute: not a value. */
    private void setAttributes() {
        pop();
        if (!(top(Object.class) instanceof UnknownValue) && !top(DictionaryValue.class).ordered) {
            throw new IllegalArgumentException("attributes are set on a plain dict");
        }
    }

    private Object pop() {
        var value = top(Object.class);
        stack.remove(stack.size() - 1);
        return value;
    }

    private <T> T pop(Class<T> kind) {
        var value = top(kind);
        stack.remove(stack.size() - 1);
        return value;
    }

    /** The value on top of the stack, which stays there. */
    private <T> T top(Class<T> kind) {
        if (stack.isEmpty() || stack.get(stack.size() - 1) == MARK) {
            throw new IllegalArgumentException("an instruction finds no value to work on");
        }
        var value = stack.get(stack.size() - 1);
        if (kind != Object.class && !kind.isInstance(value)) {
            throw new IllegalArgumentException(
                    "an instruction finds a value of wrong type, " + PickleValue.kindOf(value));
        }
        return kind.cast(value);
    }

    private List<Object> popToMark() {
        for (var i = stack.size() - 1; i >= 0; i--) {
            if (stack.get(i) == MARK) {
                var above = stack.subList(i + 1, stack.size());
                var items = new ArrayList<>(above);
                stack.subList(i, stack.size()).clear();
                return items;
            }
        }
        throw new IllegalArgumentException("an instruction finds no mark");
    }
}
