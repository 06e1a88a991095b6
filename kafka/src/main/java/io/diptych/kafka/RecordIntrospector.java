package io.diptych.kafka;

import com.fasterxml.jackson.annotation.JsonSetter;
import com.fasterxml.jackson.annotation.Nulls;
import java.lang.reflect.AnnotatedType;
import java.lang.reflect.RecordComponent;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.PropertyName;
import tools.jackson.databind.cfg.MapperConfig;
import tools.jackson.databind.introspect.Annotated;
import tools.jackson.databind.introspect.AnnotatedMember;
import tools.jackson.databind.introspect.AnnotatedParameter;
import tools.jackson.databind.introspect.JacksonAnnotationIntrospector;

/** Reads from a record what Jackson's annotations would say: required unless nullable, and snake_case aliases. */
final class RecordIntrospector extends JacksonAnnotationIntrospector {

    private static final long serialVersionUID = 1L;

    @Override
    public @Nullable Boolean hasRequiredMarker(MapperConfig<?> config, AnnotatedMember member) {
        RecordComponent component = component(member);
        return component == null
                ? super.hasRequiredMarker(config, member)
                : Boolean.valueOf(!isNullable(component.getAnnotatedType()));
    }

    @Override
    public JsonSetter.Value findSetterInfo(MapperConfig<?> config, Annotated annotated) {
        RecordComponent component = component(annotated);
        return component == null || component.getType().isPrimitive() || isNullable(component.getAnnotatedType())
                ? super.findSetterInfo(config, annotated)
                : JsonSetter.Value.forValueNulls(Nulls.FAIL);
    }

    @Override
    public List<PropertyName> findPropertyAliases(MapperConfig<?> config, Annotated annotated) {
        List<PropertyName> aliases = super.findPropertyAliases(config, annotated);
        RecordComponent component = component(annotated);
        if (aliases != null || component == null) {
            return aliases;
        }
        String snake = snakeCase(component.getName());
        return snake.equals(component.getName()) ? List.of() : List.of(PropertyName.construct(snake));
    }

    /** The component that a parameter of a record's canonical constructor sets; null for anything else. */
    private static @Nullable RecordComponent component(Annotated annotated) {
        if (annotated instanceof AnnotatedParameter parameter
                && parameter.getDeclaringClass().isRecord()) {
            RecordComponent[] components = parameter.getDeclaringClass().getRecordComponents();
            return parameter.getOwner().getParameterCount() == components.length
                    ? components[parameter.getIndex()]
                    : null;
        }
        return null;
    }

    static boolean isNullable(AnnotatedType type) {
        return type.isAnnotationPresent(Nullable.class);
    }

    static String snakeCase(String camelCase) {
        return camelCase.replaceAll("([a-z0-9])([A-Z])", "$1_$2").toLowerCase(Locale.ROOT);
    }
}
